/**
 * Producing a lot whose labels were printed here: the numbers on devices are those of labels that are not void, and
 * what the labels say of the lot is what is recorded. The labels' room is not ours to read; it says which are.
 */

import { refuse } from '../ledger/decision.ts';
import type { LotKey } from '../ledger/event.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import type { StockCommand } from './command.ts';
import {
  type LotDates,
  lotDates,
  type ProducedAnswer,
  type ProduceLotInput,
  produceLot,
} from './produce-lot.ts';
import type { Stock } from './stock.ts';

interface LabelFaults {
  /** The serial numbers that were printed for another lot, or whose every label was spoiled or given up. */
  readonly void: readonly string[];
  /** Those whose labels bear other dates … */
  readonly otherDates: readonly string[];
  /** … and the jobs whose labels, all alike, do. */
  readonly jobs: readonly string[];
}

/** A number that was never printed here has no fault: labels may come from elsewhere. */
export type FindLabelFaults = (
  snapshot: Snapshot,
  lot: LotKey & LotDates,
  serials: readonly string[],
) => Promise<LabelFaults>;

type PlainState = Awaited<ReturnType<typeof produceLot.load>>;

interface LabelledState {
  readonly stock: Stock;
  readonly plain: PlainState;
  readonly faults: LabelFaults;
}

/** @returns the command that produces a lot, with the labels looked at in the same transaction */
export function produceLabelled(
  findLabelFaults: FindLabelFaults,
): StockCommand<ProduceLotInput, LabelledState, ProducedAnswer> {
  return {
    async load(snapshot, actor, input) {
      const plain = await produceLot.load(snapshot, actor, input);
      const serials = input.parts.flatMap((part) => part.serials ?? []);
      const { gtin, lot } = input;
      const dates = lotDates(input, plain.product);
      return {
        stock: plain.stock,
        plain,
        faults: await findLabelFaults(snapshot, { gtin, lot, ...dates }, serials),
      };
    },

    facts(input, { plain, faults }, bench, actor, context) {
      const decided = produceLot.facts(input, plain, bench, actor, context);
      if (decided.kind === 'refused') return decided;
      const { gtin, lot } = input;
      if (faults.void.length > 0) {
        return refuse('lot/label-void', { gtin, lot, serials: faults.void.slice(0, 20) });
      }
      const { otherDates, jobs } = faults;
      if (otherDates.length === 0 && jobs.length === 0) return decided;
      return refuse('lot/label-dates', {
        ...{ gtin, lot },
        ...(otherDates.length === 0 ? {} : { serials: otherDates.slice(0, 20) }),
        ...(jobs.length === 0 ? {} : { jobs: jobs.slice(0, 20) }),
      });
    },
  };
}
