/** Histories made by chance: commands of all kinds, several at once, refused ones among them. */
import fc from 'fast-check';
import { Failure } from '../../src/errors.ts';
import { type LotKey, lotId } from '../../src/ledger/event.ts';
import { raiseFence } from '../../src/ledger/fence.ts';
import type { Ledger } from '../../src/ledger/run.ts';
import {
  always,
  commandOf,
  correct,
  holdOf,
  liftOf,
  maker,
  nextId,
  production,
  recallOf,
  supply,
  use,
} from './ledger-play.ts';
import type { TestDatabase } from './mongod.ts';

const kinds = ['supply', 'use', 'use', 'use', 'correct', 'hold', 'lift', 'recall'] as const;

export interface Act {
  readonly kind: (typeof kinds)[number];
  readonly lot: number;
  readonly hospital: number;
  readonly quantity: number;
  readonly serial: number;
  /** Which of the events so far, or of the holds. */
  readonly pick: number;
}

export const act: fc.Arbitrary<Act> = fc.record({
  kind: fc.constantFrom(...kinds),
  lot: fc.nat(2),
  hospital: fc.nat(2),
  quantity: fc.integer({ min: 1, max: 6 }),
  serial: fc.nat(5),
  pick: fc.nat(1_000),
});

/** @returns acts that the seed decides. */
export function someActs(seed: number, count: number): Act[] {
  return (
    fc.sample(fc.array(act, { minLength: count, maxLength: count, size: 'max' }), { seed, numRuns: 1 })[0] ??
    []
  );
}

const hospitals = ['hospital-a', 'hospital-b', 'hospital-c'];
const serialsMade = ['s0', 's1', 's2', 's3'];

/** Plays acts on three lots of one product: two counted, and one of units, two of which nobody made. */
export class History {
  readonly lots: readonly LotKey[];
  readonly events: string[] = [];
  private readonly holds: { readonly id: string; readonly lot: LotKey }[] = [];
  private readonly ledger: Ledger;
  private readonly database: TestDatabase;

  constructor(ledger: Ledger, database: TestDatabase, gtin: string) {
    this.ledger = ledger;
    this.database = database;
    this.lots = ['COUNTED', 'OTHER', 'UNITS'].map((lot) => ({ gtin, lot }));
  }

  async play(acts: readonly Act[], atOnce = 4): Promise<void> {
    const [counted, other, units] = this.lots;
    if (counted === undefined || other === undefined || units === undefined) throw new Error('three lots');
    await this.run(maker, always(production(counted, 10), production(other, 4)));
    const options = { serials: serialsMade, sterilisationLot: 'sterile-1' };
    await this.run(maker, always(production(units, serialsMade.length, options)));
    for (let start = 0; start < acts.length; start += atOnce) {
      await Promise.all(acts.slice(start, start + atOnce).map((one) => this.act(one)));
    }
  }

  private async act({ kind, lot: which, hospital: whose, quantity, serial, pick }: Act): Promise<void> {
    const lot = this.lots[which] ?? { gtin: '', lot: '' };
    const hospital = hospitals[whose] ?? '';
    const named = lot.lot === 'UNITS' ? `s${serial}` : undefined;
    switch (kind) {
      case 'supply':
        return named === undefined
          ? this.run(maker, supply(lot, hospital, quantity))
          : this.supplyUnit(lot, hospital, named);
      case 'use':
        return this.run(
          hospital,
          use(hospital, lot, { ...(named === undefined ? {} : { serial: named }), ...label(pick, which) }),
        );
      case 'correct': {
        const id = this.events[pick % Math.max(1, this.events.length)];
        return id === undefined ? undefined : this.run(hospital, correct(hospital, id));
      }
      case 'hold': {
        const id = nextId();
        const narrowed = named === undefined ? {} : { serials: [named] };
        await this.run(maker, always(holdOf(id, lot, narrowed)));
        // Only now: nobody can lift a hold before it was answered.
        this.holds.push({ id, lot });
        return;
      }
      case 'lift': {
        const held = this.holds[pick % Math.max(1, this.holds.length)];
        return held === undefined ? undefined : this.run(maker, always(liftOf(held.id, held.lot)));
      }
      case 'recall':
        return this.recall(lot, pick);
      default: {
        const impossible: never = kind;
        throw new Error(impossible);
      }
    }
  }

  /** Only what the factory has: the decider of these tests does not look where a unit is. */
  private async supplyUnit(lot: LotKey, hospital: string, serial: string): Promise<void> {
    const units = this.database.db.collection<{ _id: string; at: { organisation: string } }>('units');
    const unit = await units.findOne({ _id: `${lot.gtin}/maker/${serial}` });
    if (unit?.at.organisation === maker) await this.run(maker, supply(lot, hospital, 1, [serial]));
  }

  private async recall(lot: LotKey, pick: number): Promise<void> {
    const id = nextId();
    const open = pick % 4 === 0;
    const scope = open ? { gtin: lot.gtin } : lot;
    await this.run(maker, always(recallOf(id, [scope], open ? this.lots : [])));
    const session = this.database.client.startSession();
    const fence = open ? { lotIds: [], gtins: [lot.gtin] } : { lotIds: [lotId(lot)], gtins: [] };
    await raiseFence(this.database.db, session, fence, `${id}/1`);
    await session.endSession();
  }

  /** Refusals are part of a history; anything else is a fault. */
  private async run(organisation: string, steps: Parameters<Ledger['run']>[1]): Promise<void> {
    try {
      const { events } = await this.ledger.run(commandOf(organisation, nextId()), steps);
      this.events.push(...events);
    } catch (error) {
      if (!(error instanceof Failure) || error.code === 'service/busy') throw error;
    }
  }
}

/** Now and then a label names another lot. */
function label(pick: number, which: number): { scannedLot?: string } {
  return pick % 5 === 0 && which === 0 ? { scannedLot: 'OTHER' } : {};
}
