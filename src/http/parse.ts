/** Parsing what came in: once, strictly, and with a pointer to each fault. */

import type { z } from 'zod';
import { Failure } from '../errors.ts';
import { faultsOf } from './faults.ts';

export type MaybeSchema = z.ZodType | undefined;

/** What a schema parses to; without a schema there is nothing. */
export type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined;

/**
 * @param schema of a path's parameters, a query or a body; undefined where the route takes none
 * @param prefix of the pointers: `/params`, `/query`, or `` for a body
 * @throws Failure `request/invalid` naming every fault
 */
export function parsePart<S extends MaybeSchema>(
  schema: S | undefined,
  value: unknown,
  prefix: string,
): Parsed<S> {
  if (schema === undefined) {
    refuseUnexpected(value, prefix);
    // The one place where the type of "no schema" meets its value.
    return undefined as Parsed<S>;
  }
  const result = schema.safeParse(value);
  if (!result.success) throw new Failure('request/invalid', {}, faultsOf(result.error, prefix));
  return result.data as Parsed<S>;
}

/** A parameter that the route does not know is refused: a filter misspelt must not widen an answer. */
function refuseUnexpected(value: unknown, prefix: string): void {
  if (
    value === undefined ||
    (typeof value === 'object' && value !== null && Object.keys(value).length === 0)
  ) {
    return;
  }
  throw new Failure('request/invalid', {}, [
    {
      pointer: prefix,
      zh: '此操作不接受这些内容。',
      en: 'This operation takes nothing here.',
    },
  ]);
}
