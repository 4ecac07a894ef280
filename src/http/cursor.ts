/** Cursors: a position in a list, opaque to the client, and parsed again like anything that a client sends. */

import type { z } from 'zod';
import { Failure } from '../errors.ts';

/** @param position JSON: the sort key of the last item that was given */
export function encodeCursor(position: unknown): string {
  return Buffer.from(JSON.stringify(position), 'utf8').toString('base64url');
}

/**
 * A cursor grants nothing: a page is read with the caller's own filter, the cursor only says where to go on.
 * @throws Failure `request/invalid` at `/query/cursor`
 */
export function decodeCursor<S extends z.ZodType>(cursor: string, shape: S): z.output<S> {
  const result = shape.safeParse(parsedJson(Buffer.from(cursor, 'base64url').toString('utf8')));
  if (result.success) return result.data;
  throw new Failure('request/invalid', {}, [
    {
      pointer: '/query/cursor',
      zh: '翻页标记无效，请从头查询。',
      en: 'Not a cursor of this list; start again.',
    },
  ]);
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
