/**
 * Producing a lot whose labels were printed here: the numbers on devices are those of labels that are not void. The
 * labels' room is not ours to read; it says which are.
 */
import type { LotKey } from '../ledger/event.ts';
import { refuse } from '../ledger/run.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import type { StockCommand } from './command.ts';
import { type ProducedAnswer, type ProduceLotInput, produceLot } from './produce-lot.ts';
import type { Stock } from './stock.ts';

/**
 * @returns those of the serial numbers that were printed for another lot, or whose every label was spoiled or given up.
 *   A number that was never printed here is none of them: labels may come from elsewhere.
 */
export type VoidLabels = (
  snapshot: Snapshot,
  lot: LotKey,
  serials: readonly string[],
) => Promise<readonly string[]>;

type PlainState = Awaited<ReturnType<typeof produceLot.load>>;

interface LabelledState {
  readonly stock: Stock;
  readonly plain: PlainState;
  readonly withoutLabel: readonly string[];
}

/** @returns the command that produces a lot, with the labels looked at in the same transaction */
export function produceLabelled(
  voidLabels: VoidLabels,
): StockCommand<ProduceLotInput, LabelledState, ProducedAnswer> {
  return {
    async load(snapshot, actor, input) {
      const plain = await produceLot.load(snapshot, actor, input);
      const serials = input.parts.flatMap((part) => part.serials ?? []);
      const withoutLabel = serials.length === 0 ? [] : await voidLabels(snapshot, input, serials);
      return { stock: plain.stock, plain, withoutLabel };
    },

    facts(input, { plain, withoutLabel }, bench, actor, context) {
      const decided = produceLot.facts(input, plain, bench, actor, context);
      if (decided.kind === 'refused' || withoutLabel.length === 0) return decided;
      const { gtin, lot } = input;
      return refuse('lot/label-void', { gtin, lot, serials: withoutLabel.slice(0, 20) });
    },
  };
}
