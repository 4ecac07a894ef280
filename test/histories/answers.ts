/** What of the service's answers the model speaks of, in its words. */
import { at, listAt } from '../support/http.ts';
import type { Command, Product } from './command.ts';

/**
 * @param productOf of a GTIN @param lotOf the history's own word for a lot number
 * @returns what the model would answer
 */
export function answerOf(
  kind: Command['kind'],
  answer: unknown,
  productOf: (gtin: string) => Product,
  lotOf: (lot: string) => string = (lot) => lot,
): Readonly<Record<string, unknown>> {
  const fields = (...names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, at(answer, `/${name}`)]));
  switch (kind) {
    case 'produce':
      return fields('produced', 'closed');
    case 'ship':
    case 'accept':
    case 'move':
    case 'quarantine':
    case 'unquarantine':
    case 'destroy':
      return fields('quantity');
    case 'close':
      return fields('missing');
    case 'receive': {
      const lines = listAt(answer, '/lines').map((line) => ({
        product: productOf(String(at(line, '/gtin'))),
        lot: lotOf(String(at(line, '/lot'))),
        intact: at(line, '/intact'),
        damaged: at(line, '/damaged'),
        unshipped: at(line, '/unshipped'),
        quarantined: at(line, '/quarantined'),
      }));
      return { lines, ...fields('outstanding') };
    }
    case 'use':
      return { deviations: listAt(answer, '/uses').map((use) => at(use, '/deviations')) };
    case 'check':
      return {
        results: listAt(answer, '/results').map((result) => ({
          blocks: [...new Set(listAt(result, '/reasons').map((reason) => at(reason, '/code')))],
          warns: listAt(result, '/warnings').length,
        })),
      };
    case 'release':
    case 'hold':
    case 'lift':
    case 'recall':
    case 'widen':
      return {};
    case 'correct':
      return fields('replaced', 'shortfall');
    default: {
      const impossible: never = kind;
      throw new Error(impossible);
    }
  }
}

/** @returns the answer to a command, with that of the right facts where it puts some in place of the wrong. */
export function answerTo(
  command: Command,
  answer: unknown,
  productOf: (gtin: string) => Product,
  lotOf?: (lot: string) => string,
): Readonly<Record<string, unknown>> {
  const own = answerOf(command.kind, answer, productOf, lotOf);
  if (command.kind !== 'correct' || command.right === undefined) return own;
  return { ...own, right: answerOf(command.right.kind, at(answer, '/right'), productOf, lotOf) };
}
