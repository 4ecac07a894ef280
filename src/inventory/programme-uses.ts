/**
 * A welfare programme's uses as its foundation reads them: counts that never tell of fewer than five patients.
 *
 * Method. The uses are counted by product and quarter of use (in China), each use in exactly one of these cells;
 * corrected ones are left out. Of a cell only its count rounded down to a multiple of five is told, and a cell that
 * comes to nothing is not told at all, so that none, one and four look alike. There is no other figure: no total by
 * product or quarter, from which what was suppressed could be subtracted, and no finer cell (hospital, lot, day). The
 * cells are told each by itself, so what is told of one says nothing of another.
 * A quarter is told once it is over: else whoever asks every day would see the day of a use. A use that is recorded
 * or corrected later moves its cell by nothing or by five, never by one.
 */
import type { Connection, mongo } from 'mongoose';
import type { Bilingual } from '../catalogue/bilingual.ts';
import { dayInChina } from '../catalogue/day.ts';
import { productsPerRead, readProducts } from '../catalogue/products.ts';
import { readProgramme } from '../catalogue/programmes.ts';
import { askedTogether } from '../database/asking-together.ts';
import { Failure } from '../errors.ts';
import { ledgerCollections, type StoredEntry } from '../ledger/collections.ts';
import { correctionsOf } from '../ledger/read.ts';

/** No count below it is told, and no difference between counts. */
export const smallestCount = 5;

/** `2026-Q1`. */
export type Quarter = string;

export interface ProgrammeCount {
  readonly gtin: string;
  readonly name?: Bilingual;
  readonly quarter: Quarter;
  /** Uses, rounded down to a multiple of {@link smallestCount}; at least that. */
  readonly atLeast: number;
}

export interface ProgrammeUses {
  readonly programme: string;
  readonly roundedDownTo: number;
  /** The last quarter that is over. */
  readonly through: Quarter;
  /** Always: what comes to fewer than five is left out. */
  readonly narrowed: true;
  readonly items: readonly ProgrammeCount[];
}

/** One use, as far as it is counted. */
export interface CountedUse {
  readonly gtin: string;
  /** RFC 3339. */
  readonly usedAt: string;
}

/** @param day `YYYY-MM-DD` */
export function quarterOf(day: string): Quarter {
  return `${day.slice(0, 4)}-Q${Math.ceil(Number(day.slice(5, 7)) / 3)}`;
}

/** @returns the last quarter that is over on that day. */
export function quarterBefore(day: string): Quarter {
  const [year, quarter] = [Number(day.slice(0, 4)), Math.ceil(Number(day.slice(5, 7)) / 3)];
  return quarter === 1 ? `${year - 1}-Q4` : `${year}-Q${quarter - 1}`;
}

/** Adds uses up by product and quarter. */
export class ProgrammeTally {
  readonly #cells = new Map<string, { gtin: string; quarter: Quarter; count: number }>();

  add({ gtin, usedAt }: CountedUse): void {
    const quarter = quarterOf(dayInChina(new Date(usedAt)));
    const key = `${quarter}/${gtin}`;
    const cell = this.#cells.get(key) ?? { gtin, quarter, count: 0 };
    this.#cells.set(key, { ...cell, count: cell.count + 1 });
  }

  /** @returns what may be told, by quarter, then product. */
  told(through: Quarter): Omit<ProgrammeCount, 'name'>[] {
    return [...this.#cells]
      .filter(([, { quarter, count }]) => quarter <= through && count >= smallestCount)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { gtin, quarter, count }]) => ({ gtin, quarter, atLeast: count - (count % smallestCount) }));
  }
}

const eventsPerRead = 1_000;

/**
 * @param foundation whose programme it must be
 * @param today `YYYY-MM-DD`
 * @throws Failure `not-found` for another foundation's programme, as for one that does not exist
 */
export async function usesOfProgramme(
  { db, connection }: { readonly db: mongo.Db; readonly connection: Connection },
  foundation: string,
  id: string,
  today: string,
): Promise<ProgrammeUses> {
  const programme = await readProgramme(askedTogether(connection), id);
  if (programme?.foundation !== foundation) throw new Failure('not-found', { programme: id });
  const tally = new ProgrammeTally();
  for await (const batch of entriesOfProgramme(db, id)) {
    const corrected = await correctionsOf(
      db,
      batch.map(({ event }) => event),
    );
    for (const { event, eventTime, gtin, lot, uses } of batch) {
      if (corrected.has(event)) continue;
      // A use whose label named another lot has an entry in that lot too; it is counted in its own.
      const own = uses.filter((use) => use.programme === id && use.gtin === gtin && use.lot === lot);
      for (const _use of own) tally.add({ gtin, usedAt: eventTime });
    }
  }
  const through = quarterBefore(today);
  const counts = tally.told(through);
  const names = await namesOf(db, [...new Set(counts.map(({ gtin }) => gtin))]);
  return {
    programme: id,
    roundedDownTo: smallestCount,
    through,
    narrowed: true,
    items: counts.map((count) => {
      const name = names.get(count.gtin);
      return { ...count, ...(name === undefined ? {} : { name }) };
    }),
  };
}

type CountedEntry = Pick<StoredEntry, 'event' | 'eventTime' | 'gtin' | 'lot' | 'uses'>;

/** In batches, so that no number of uses is too many to be counted. */
async function* entriesOfProgramme(db: mongo.Db, programme: string): AsyncGenerator<CountedEntry[]> {
  const filter = { 'uses.programme': programme } as mongo.Filter<StoredEntry>;
  const cursor = ledgerCollections(db).entries.find(filter, {
    readConcern: { level: 'majority' },
    readPreference: 'primary',
    projection: { _id: 0, event: 1, eventTime: 1, gtin: 1, lot: 1, uses: 1 },
  });
  let batch: CountedEntry[] = [];
  for await (const entry of cursor) {
    batch.push(entry);
    if (batch.length < eventsPerRead) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function namesOf(db: mongo.Db, gtins: readonly string[]): Promise<Map<string, Bilingual>> {
  const names = new Map<string, Bilingual>();
  for (let start = 0; start < gtins.length; start += productsPerRead) {
    const page = await readProducts(db, gtins.slice(start, start + productsPerRead));
    for (const [gtin, { names: name }] of page) names.set(gtin, name);
  }
  return names;
}
