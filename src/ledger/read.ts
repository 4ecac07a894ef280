/**
 * Reads of committed history, at majority. Lists of one lot, one unit or one recall are complete or an error
 * (law 9): they are bounded by a limit that throws, never by one that cuts.
 */
import type { mongo } from 'mongoose';
import { Failure } from '../errors.ts';
import { ledgerCollections, type Stored, type StoredEntry, withoutKey } from './collections.ts';
import type { Entry } from './entry.ts';
import type { AnyEvent, LotKey } from './event.ts';
import { lotId } from './event.ts';
import type { EventType } from './event-details.ts';
import { type Holding, holdingId } from './holding.ts';
import type { Unit, UnitKey } from './unit.ts';

/** More than this many entries in one answer is an error, not a shorter list. */
export const maxEntriesInAnswer = 100_000;

export interface ReadOptions {
  /** A causally consistent session, where the read must see an earlier write of it. */
  readonly session?: mongo.ClientSession;
}

const majority = { readConcern: { level: 'majority' }, readPreference: 'primary' } as const;

/**
 * The driver's first batch is of 101: a lot's whole history would take two turns with the server. Its others are of 16 MB,
 * which is more than one who stops after a page has a use for.
 */
const perBatch = 2_000;

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
    .batchSize(perBatch)
    // Date copies for the indexes: what is read by the thousand does not bring along what nobody looks at.
    .project<Entry>({ _id: 0, recordedAt: 0, happenedAt: 0 });
  const entries = await cursor.toArray();
  if (entries.length > maxEntriesInAnswer) {
    throw new Failure('trace/too-large', { limit: maxEntriesInAnswer });
  }
  return entries;
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

/**
 * Lots by name, and products of which every lot is meant. Anybody can name lots of a product that never were, so those
 * of a product are asked for by it, and never one by one.
 */
export interface LotRange {
  readonly lots: readonly LotKey[];
  readonly gtins: readonly string[];
}

/** @returns a filter in which each part of the range, which is not empty, has the conditions: each finds its own index. */
function within(range: LotRange, conditions: mongo.Document = {}): mongo.Filter<mongo.Document> {
  const parts: mongo.Document[] = [];
  if (range.lots.length > 0) parts.push({ lotId: { $in: range.lots.map(lotId) }, ...conditions });
  if (range.gtins.length > 0) parts.push({ gtin: { $in: [...range.gtins] }, ...conditions });
  const [only] = parts;
  return parts.length === 1 && only !== undefined
    ? only
    : { $or: parts.length === 0 ? [{ _id: '' }] : parts };
}

/** Which entries of a range are meant. */
export interface EntryChoice {
  /** Those with a use. */
  readonly withUses?: true;
  /** Those that this organisation wrote. */
  readonly organisation?: string;
  /** Those in which this organisation has a part. */
  readonly party?: string;
  readonly type?: EventType;
}

function chosen({ withUses, organisation, party, type }: EntryChoice): mongo.Document {
  return {
    ...(withUses === undefined ? {} : { 'uses.0': { $exists: true } }),
    ...(organisation === undefined ? {} : { organisation }),
    ...(party === undefined ? {} : { parties: party }),
    ...(type === undefined ? {} : { type }),
  };
}

/**
 * @returns the entries chosen, whatever their time (law 4, step 3); corrected ones too
 * @throws Failure `trace/too-large`: of what is not chosen there may be as much as there will
 */
export function entriesInRange(
  db: mongo.Db,
  range: LotRange,
  choice: EntryChoice,
  options: ReadOptions = {},
): Promise<Entry[]> {
  return collectEntries(db, within(range, chosen(choice)) as mongo.Filter<Entry>, options);
}

/** The same for one who adds them up: some thousand at a time, and however many there are. */
export async function* entriesInPortions(
  db: mongo.Db,
  range: LotRange,
  choice: EntryChoice = {},
  { session }: ReadOptions = {},
): AsyncGenerator<Entry[], void> {
  const cursor = ledgerCollections(db)
    .entries.find(within(range, chosen(choice)) as mongo.Filter<StoredEntry>, {
      ...majority,
      ...(session === undefined ? {} : { session }),
    })
    .batchSize(perBatch)
    .project<Entry>({ _id: 0, recordedAt: 0, happenedAt: 0 });
  try {
    while (await cursor.hasNext()) yield cursor.readBufferedDocuments();
  } finally {
    await cursor.close();
  }
}

/** @returns the organisations in whose books the lots ever moved, and those that recorded a use of one. */
export async function organisationsInRange(
  db: mongo.Db,
  range: LotRange,
): Promise<{ readonly moved: ReadonlySet<string>; readonly used: ReadonlySet<string> }> {
  const { entries } = ledgerCollections(db);
  const all = within(range) as mongo.Filter<StoredEntry>;
  const withUses = within(range, chosen({ withUses: true })) as mongo.Filter<StoredEntry>;
  const [from, to, used] = await Promise.all([
    entries.distinct('transfers.from.organisation', all, majority),
    entries.distinct('transfers.to.organisation', all, majority),
    entries.distinct('organisation', withUses, majority),
  ]);
  return { moved: new Set<string>([...from, ...to]), used: new Set<string>(used) };
}

/**
 * @returns the organisations that have a holding of the lots: what was theirs, or what they used, whatever is left
 */
export async function holdersInRange(db: mongo.Db, range: LotRange): Promise<Set<string>> {
  const filter = within(range) as mongo.Filter<Stored<Holding>>;
  return new Set(await ledgerCollections(db).holdings.distinct('organisation', filter, majority));
}

/** @returns lots of the range of which the organisation has a holding, up to so many, in the order of their ids. */
export async function lotsHeldInRange(
  db: mongo.Db,
  range: LotRange,
  organisation: string,
  limit: number,
): Promise<LotKey[]> {
  const { holdings } = ledgerCollections(db);
  const { lots, gtins } = range;
  // One part alone is read in the order of the index, and no further than it is asked for.
  const ids = lots.length === 0 ? [] : [{ _id: { $in: lots.map((lot) => holdingId(organisation, lot)) } }];
  const products = gtins.length === 0 ? [] : [{ organisation, gtin: { $in: [...gtins] } }];
  const found = await holdings
    .find({ $or: [...ids, ...products] }, { ...majority, projection: { gtin: 1, lot: 1 } })
    .sort({ gtin: 1, lot: 1 })
    .limit(limit)
    .toArray();
  return found.map(({ gtin, lot }) => ({ gtin, lot }));
}

/**
 * Holdings lot by lot, in the order of lot ids, for a list that is paged.
 * @param choice `after` is the lot id of the last one before; `organisations`, where only theirs are meant
 */
export async function* holdingsByLot(
  db: mongo.Db,
  { lots, gtins }: LotRange,
  choice: { readonly after?: string | undefined; readonly organisations?: readonly string[] },
): AsyncGenerator<Holding, void> {
  const { after = '', organisations } = choice;
  const named = lots.map(lotId).filter((id) => id > after);
  // A lot id begins with the product and a slash; behind the slash comes the zero.
  const ofProduct = (gtin: string) => ({ $gt: after > `${gtin}/` ? after : `${gtin}/`, $lt: `${gtin}0` });
  const parts: mongo.Document[] = gtins.map((gtin) => ({ lotId: ofProduct(gtin) }));
  if (named.length > 0) parts.push({ lotId: { $in: named } });
  const [only] = parts;
  if (only === undefined) return;
  // One part alone is read in the order of the index, and no further than the page goes.
  const filter: mongo.Filter<Stored<Holding>> = {
    ...(parts.length === 1 ? only : { $or: parts }),
    ...(organisations === undefined ? {} : { organisation: { $in: [...organisations] } }),
  };
  const { holdings } = ledgerCollections(db);
  const found = holdings.find(filter, majority).sort({ lotId: 1 }).batchSize(perBatch);
  for await (const stored of found) yield withoutKey(stored);
}

/** @param ids of `holdingId` */
export async function readHoldings(db: mongo.Db, ids: readonly string[]): Promise<Holding[]> {
  const found = await ledgerCollections(db)
    .holdings.find({ _id: { $in: [...ids] } }, majority)
    .toArray();
  return found.map(withoutKey);
}

/** @returns of events `shipped`, the one fact that entries do not hold: to whom it went. */
export async function addresseesOf(db: mongo.Db, events: readonly string[]): Promise<Map<string, string>> {
  const found = await ledgerCollections(db)
    .events.find({ _id: { $in: [...events] } }, { ...majority, projection: { type: 1, 'details.to': 1 } })
    .toArray();
  return new Map(
    found.flatMap((event) => (event.type === 'shipped' ? [[event._id, event.details.to] as const] : [])),
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
