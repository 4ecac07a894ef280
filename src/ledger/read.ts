/**
 * Reads of committed history, at majority. Lists of one lot, one unit or one recall are complete or an error
 * (law 9): they are bounded by a limit that throws, never by one that cuts.
 */
import type { mongo } from 'mongoose';
import { Failure } from '../errors.ts';
import { ledgerCollections, type StoredEntry, withoutKey } from './collections.ts';
import type { Entry } from './entry.ts';
import type { AnyEvent, LotKey } from './event.ts';
import { lotId } from './event.ts';
import type { EventType } from './event-details.ts';
import type { Holding } from './holding.ts';
import type { Unit, UnitKey } from './unit.ts';

/** More than this many entries in one answer is an error, not a shorter list. */
export const maxEntriesInAnswer = 100_000;

export interface ReadOptions {
  /** A causally consistent session, where the read must see an earlier write of it. */
  readonly session?: mongo.ClientSession;
}

const majority = { readConcern: { level: 'majority' }, readPreference: 'primary' } as const;

/** The driver's first batch is of 101: a lot's whole history would take two turns with the server. */
const entriesPerBatch = 2_000;

async function collectEntries(
  db: mongo.Db,
  filter: mongo.Filter<Entry>,
  { session }: ReadOptions,
): Promise<Entry[]> {
  const cursor = ledgerCollections(db)
    .entries.find(filter as mongo.Filter<StoredEntry>, {
      ...majority,
      ...(session === undefined ? {} : { session }),
    })
    .limit(maxEntriesInAnswer + 1)
    .batchSize(entriesPerBatch)
    // Date copies for the indexes: what is read by the thousand does not bring along what nobody looks at.
    .project<Entry>({ _id: 0, recordedAt: 0, happenedAt: 0 });
  const entries = await cursor.toArray();
  if (entries.length > maxEntriesInAnswer) {
    throw new Failure('trace/too-large', { limit: maxEntriesInAnswer });
  }
  return entries;
}

/** @returns every entry of the lots, all events of them. */
export function entriesOfLots(db: mongo.Db, lots: readonly LotKey[], options: ReadOptions = {}) {
  return collectEntries(db, { lotId: { $in: lots.map(lotId) } }, options);
}

/** Who wrote an entry, and whose books it moved. */
export type EntryParties = Pick<Entry, 'organisation' | 'parties'>;

/**
 * A lot's entries as far as one reader can be told of them: of a thousand uses that others recorded, nothing is.
 * @returns every entry that the reader wrote or that is of one of the types, and the parties of all others, each once
 */
export async function entriesToldTo(
  db: mongo.Db,
  lot: LotKey,
  reader: string,
  types: readonly EventType[],
): Promise<{ readonly entries: Entry[]; readonly others: readonly EntryParties[] }> {
  const ofLot = { lotId: lotId(lot) };
  const told = { $or: [{ organisation: reader }, { type: { $in: [...types] } }] };
  const parties = { organisation: '$organisation', parties: '$parties' };
  const [entries, others] = await Promise.all([
    collectEntries(db, { ...ofLot, ...told }, {}),
    ledgerCollections(db)
      .entries.aggregate<{ _id: EntryParties; entries: number }>(
        [{ $match: { ...ofLot, $nor: [told] } }, { $group: { _id: parties, entries: { $sum: 1 } } }],
        majority,
      )
      .toArray(),
  ]);
  const all = others.reduce((sum, other) => sum + other.entries, entries.length);
  if (all > maxEntriesInAnswer) throw new Failure('trace/too-large', { limit: maxEntriesInAnswer });
  return { entries, others: others.map(({ _id }) => _id) };
}

/** @returns every entry with a use of the lots, whatever its time (law 4, step 3); corrected ones too. */
export function usesOfLots(db: mongo.Db, lots: readonly LotKey[], options: ReadOptions = {}) {
  return collectEntries(
    db,
    { lotId: { $in: lots.map(lotId) }, 'uses.0': { $exists: true } } as mongo.Filter<Entry>,
    options,
  );
}

/** @returns every entry with a use of the product, of all its lots: for recalls whose scope is open. */
export function usesOfProducts(db: mongo.Db, gtins: readonly string[], options: ReadOptions = {}) {
  return collectEntries(
    db,
    { gtin: { $in: [...gtins] }, 'uses.0': { $exists: true } } as mongo.Filter<Entry>,
    options,
  );
}

/** @returns every entry that names the unit, in the order of its life. */
export async function entriesOfUnit(
  db: mongo.Db,
  unit: UnitKey,
  options: ReadOptions = {},
): Promise<Entry[]> {
  const entries = await collectEntries(
    db,
    { gtin: unit.gtin, units: { $elemMatch: { issuer: unit.issuer, serial: unit.serial } } },
    options,
  );
  const version = (entry: Entry) =>
    entry.units.find(({ issuer, serial }) => issuer === unit.issuer && serial === unit.serial)?.version ?? 0;
  return entries.sort((a, b) => version(a) - version(b));
}

/** @returns the entries of the uses with these pseudonyms. */
export function entriesOfPseudonyms(db: mongo.Db, pseudonyms: readonly string[], options: ReadOptions = {}) {
  return collectEntries(db, { 'uses.pseudonym': { $in: [...pseudonyms] } } as mongo.Filter<Entry>, options);
}

/** @returns for each event id of the list that was corrected, the id of the correction. */
export async function correctionsOf(
  db: mongo.Db,
  events: readonly string[],
  { session }: ReadOptions = {},
): Promise<Map<string, string>> {
  const cursor = ledgerCollections(db).events.find(
    { corrects: { $in: [...events] } },
    { ...majority, projection: { corrects: 1 }, ...(session === undefined ? {} : { session }) },
  );
  const corrections = new Map<string, string>();
  for await (const { _id, corrects } of cursor) if (corrects !== undefined) corrections.set(corrects, _id);
  return corrections;
}

/** @returns every holding of the lots, of all organisations. */
export async function holdingsOfLots(
  db: mongo.Db,
  lots: readonly LotKey[],
  { session }: ReadOptions = {},
): Promise<Holding[]> {
  const cursor = ledgerCollections(db).holdings.find(
    { lotId: { $in: lots.map(lotId) } },
    { ...majority, ...(session === undefined ? {} : { session }) },
  );
  const holdings: Holding[] = [];
  for await (const stored of cursor) holdings.push(withoutKey(stored));
  return holdings;
}

/** @returns the unit, if any event has named it. */
export async function readUnit(db: mongo.Db, { gtin, issuer, serial }: UnitKey): Promise<Unit | undefined> {
  const stored = await ledgerCollections(db).units.findOne({ _id: `${gtin}/${issuer}/${serial}` }, majority);
  return stored === null ? undefined : withoutKey(stored);
}

/**
 * @param ids of `unitId`
 * @returns those that an event has named, by id
 */
export async function readUnits(db: mongo.Db, ids: readonly string[]): Promise<Map<string, Unit>> {
  const found = await ledgerCollections(db)
    .units.find({ _id: { $in: [...ids] } }, majority)
    .toArray();
  return new Map(found.map((stored) => [stored._id, withoutKey(stored)]));
}

/** @returns the event, if it exists; the caller must already know that the reader may see it. */
export async function readEvent(db: mongo.Db, id: string): Promise<AnyEvent | undefined> {
  const stored = await ledgerCollections(db).events.findOne({ _id: id }, majority);
  return stored === null ? undefined : (withoutKey(stored) as AnyEvent);
}

/** @returns whether the maker's books say that the unit was made: a unit that was only ever scanned has a document too. */
export async function wasMade(db: mongo.Db, { gtin, issuer, serial }: UnitKey): Promise<boolean> {
  const made: mongo.Filter<StoredEntry> = {
    gtin,
    'units.serial': serial,
    transfers: {
      $elemMatch: {
        'from.account': 'production',
        serials: serial,
        // Left out where it is the maker.
        issuer: issuer === 'maker' ? { $in: [null, 'maker'] } : issuer,
      },
    },
  };
  const options = { ...majority, projection: { _id: 1 } } as const;
  return (await ledgerCollections(db).entries.findOne(made, options)) !== null;
}
