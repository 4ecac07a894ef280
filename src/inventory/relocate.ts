/** Moves inside one organisation: from place to place, into quarantine and out of it, and to destruction. */
import { z } from 'zod';
import { text, uuid } from '../http/fields.ts';
import { type AccountRef, conditions, placeAccount } from '../ledger/account.ts';
import { type Refusal, refuse } from '../ledger/decision.ts';
import type { Commitment } from '../ledger/event.ts';
import { barrier, mislabelledBarrier, restrictedBarrier } from './barriers.ts';
import type { Bench } from './bench.ts';
import {
  type Actor,
  commandFields,
  refuseShortfall,
  refuseUnheld,
  type StockCommand,
  today,
} from './command.ts';
import { deviceLines, type LotLoad, loadsOf, type ReadLine, resolveLines } from './lines.ts';
import { hasHeld, loadStock, type Stock } from './stock.ts';

interface RelocateState {
  readonly stock: Stock;
  readonly loads: readonly LotLoad[];
}

export interface RelocatedAnswer {
  readonly quantity: number;
}

type WithLines = { readonly lines: readonly ReadLine[] };

async function loadLines(
  snapshot: Parameters<typeof loadStock>[0],
  actor: Actor,
  input: WithLines,
): Promise<RelocateState> {
  const loads = loadsOf(await resolveLines(snapshot, input.lines));
  return { loads, stock: await loadStock(snapshot, [actor.organisation], loads) };
}

/** Moves every load, or says which is not where it was to be taken from. */
function relocate(
  bench: Bench,
  loads: readonly LotLoad[],
  from: AccountRef,
  to: AccountRef,
  refusal: (load: LotLoad) => Refusal | undefined = () => undefined,
): Refusal | undefined {
  for (const load of loads) {
    if (!hasHeld(bench.stock, from.organisation, load)) {
      return refuseUnheld(bench.stock, from.organisation, load, loads);
    }
    const refused = refusal(load);
    if (refused !== undefined) return refused;
    const shortfall = bench.move(load, from, to);
    if (shortfall !== undefined) return refuseShortfall(load, shortfall);
  }
  return undefined;
}

function total(loads: readonly LotLoad[]): RelocatedAnswer {
  return { quantity: loads.reduce((sum, { quantity }) => sum + quantity, 0) };
}

export const moveBody = z.strictObject({
  ...commandFields,
  from: uuid(),
  to: uuid(),
  condition: z.enum(conditions).default('available'),
  lines: deviceLines(),
  /** Number of the requisition 申领单. */
  requisition: text({ max: 60 }).optional(),
});

export type MoveInput = Omit<z.output<typeof moveBody>, 'lines' | 'requisition'> &
  WithLines & { readonly requisitionNumber?: Commitment | undefined };

/** Issue 发放, return to store 退库, and every other move between places; the condition stays. */
export const move: StockCommand<MoveInput, RelocateState, RelocatedAnswer> = {
  load: loadLines,
  facts(input, { stock, loads }, bench, { organisation }, context) {
    if (input.from === input.to) {
      return refuse('request/invalid', {}, [
        { pointer: '/to', zh: '移入地点与移出地点相同。', en: 'It goes to where it comes from.' },
      ]);
    }
    const refused = relocate(
      bench,
      loads,
      { organisation, account: placeAccount(input.from, input.condition) },
      { organisation, account: placeAccount(input.to, input.condition) },
      (load) => (input.condition === 'available' ? barrier(stock, load, today(context)) : undefined),
    );
    if (refused !== undefined) return refused;
    const { requisitionNumber: requisition } = input;
    return {
      kind: 'facts',
      events: [
        {
          type: 'moved',
          step: 'storing',
          transfers: bench.take(),
          place: input.to,
          details: requisition === undefined ? {} : { requisition },
        },
      ],
      answer: total(loads),
    };
  },
};

export const quarantineBody = z.strictObject({
  ...commandFields,
  place: uuid(),
  condition: z
    .enum(['available', 'awaiting-acceptance', 'rejected', 'contaminated', 'processing'])
    .default('available'),
  lines: deviceLines(),
  reason: text({ max: 2000, lines: true }),
  recall: uuid().optional(),
});

export type QuarantineInput = Omit<z.output<typeof quarantineBody>, 'lines' | 'reason'> &
  WithLines & { readonly reasonText: Commitment };

/** Quarantine 隔离: never refused for a danger. */
export const quarantine: StockCommand<QuarantineInput, RelocateState, RelocatedAnswer> = {
  load: loadLines,
  facts(input, { loads }, bench, { organisation }) {
    const refused = relocate(
      bench,
      loads,
      { organisation, account: placeAccount(input.place, input.condition) },
      { organisation, account: placeAccount(input.place, 'quarantined') },
    );
    if (refused !== undefined) return refused;
    return {
      kind: 'facts',
      events: [
        {
          type: 'quarantined',
          step: 'holding',
          transfers: bench.take(),
          place: input.place,
          details: {
            reason: input.reasonText,
            ...(input.recall === undefined ? {} : { recall: input.recall }),
          },
        },
      ],
      answer: total(loads),
    };
  },
};

export const releaseQuarantineBody = z.strictObject({
  ...commandFields,
  place: uuid(),
  lines: deviceLines(),
  reason: text({ max: 2000, lines: true }),
});

export type ReleaseQuarantineInput = Omit<z.output<typeof releaseQuarantineBody>, 'lines' | 'reason'> &
  WithLines & { readonly reasonText: Commitment };

/**
 * Out of quarantine things go back to acceptance, never straight to available: whether they were ever accepted,
 * and what happened to them since, is for the person at acceptance to see.
 */
export const releaseQuarantine: StockCommand<ReleaseQuarantineInput, RelocateState, RelocatedAnswer> = {
  load: loadLines,
  facts(input, { stock, loads }, bench, { organisation }) {
    const refused = relocate(
      bench,
      loads,
      { organisation, account: placeAccount(input.place, 'quarantined') },
      { organisation, account: placeAccount(input.place, 'awaiting-acceptance') },
      (load) => restrictedBarrier(stock, load) ?? mislabelledBarrier(load),
    );
    if (refused !== undefined) return refused;
    return {
      kind: 'facts',
      events: [
        {
          type: 'quarantineReleased',
          step: 'holding',
          transfers: bench.take(),
          place: input.place,
          details: { reason: input.reasonText },
        },
      ],
      answer: total(loads),
    };
  },
};

export const destroyBody = z.strictObject({
  ...commandFields,
  place: uuid(),
  condition: z.enum(conditions).default('quarantined'),
  lines: deviceLines(),
  method: text({ max: 200 }),
  /** Person id of somebody else of the organisation who saw it. */
  witness: uuid(),
  reason: text({ max: 2000, lines: true }),
  recall: uuid().optional(),
  /** Who of the authority was present, where the law asks for it (Order 29 Art. 21). */
  supervisor: text({ max: 200 }).optional(),
});

export type DestroyInput = Omit<z.output<typeof destroyBody>, 'lines' | 'reason' | 'supervisor'> &
  WithLines & { readonly reasonText: Commitment; readonly supervisorName?: Commitment | undefined };

/** Destruction with a witness: never refused for a danger. */
export const destroy: StockCommand<DestroyInput, RelocateState, RelocatedAnswer> = {
  load: loadLines,
  facts(input, { loads }, bench, { organisation, person }) {
    if (input.witness === person) return refuse('people/witness');
    const refused = relocate(
      bench,
      loads,
      { organisation, account: placeAccount(input.place, input.condition) },
      { organisation, account: 'destroyed' },
    );
    if (refused !== undefined) return refused;
    return {
      kind: 'facts',
      events: [
        {
          type: 'destroyed',
          step: 'destroying',
          transfers: bench.take(),
          place: input.place,
          details: {
            method: input.method,
            witness: input.witness,
            reason: input.reasonText,
            ...(input.recall === undefined ? {} : { recall: input.recall }),
            ...(input.supervisorName === undefined ? {} : { supervisor: input.supervisorName }),
          },
        },
      ],
      answer: total(loads),
    };
  },
};
