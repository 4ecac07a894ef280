/**
 * Holdings and units, derived anew from events in the order that entries recorded. Lots are taken some at a time, and
 * so are units: what is stored of them, their entries, and each of their events once. Each is put right on the
 * condition that nobody has written it since it was read: this part may run beside the service. Memory is bounded by
 * the history of the largest lot.
 */
import { isDeepStrictEqual } from 'node:util';
import type { mongo } from 'mongoose';
import { ledgerCollections, type Stored } from './collections.ts';
import { type AnyEvent, type LotKey, lotId, unitId } from './event.ts';
import { applyTransfers, type Balance, type Holding, holdingId } from './holding.ts';
import { applyToUnits, type Unit, type UnitKey } from './unit.ts';

export interface Rebuilt {
  readonly seen: number;
  /** Those that differed, were missing or were too many. */
  readonly restored: number;
}

/** Entries of so many, or of one lot that has more, are in memory in each lane. */
const entriesAtOnce = 2_000;
const unitsAtOnce = 200;
const attemptsAtMost = 20;
/** While one computes the other waits for the server. */
const lanes = 2;

type HoldingName = LotKey & { readonly organisation: string };

/** An event, and the version that it wrote of a holding or unit. */
interface Written {
  readonly event: string;
  readonly version: number;
}

/**
 * @param progress called now and then, so that a lease can be renewed
 * @throws Overdrawn or Error when history itself does not add up, which no rebuild can put right.
 */
export async function rebuildHoldings(db: mongo.Db, progress: () => Promise<void>): Promise<Rebuilt> {
  const { entries, holdings } = ledgerCollections(db);
  const lots = entries.aggregate<{ _id: string; entries: number }>(
    [
      { $group: { _id: '$lotId', entries: { $sum: 1 } } },
      { $unionWith: { coll: holdings.collectionName, pipeline: [{ $group: { _id: '$lotId' } }] } },
      { $group: { _id: '$_id', entries: { $sum: '$entries' } } },
    ],
    { allowDiskUse: true, hint: { lotId: 1, recordedAt: 1 } },
  );
  const portions = inPortions(lots, (lot) => 1 + lot.entries, entriesAtOnce);
  return restoreAll(portions, progress, (lots, known) => restoreHoldings(db, lots, known));
}

/** As {@link rebuildHoldings}, for units. */
export async function rebuildUnits(db: mongo.Db, progress: () => Promise<void>): Promise<Rebuilt> {
  const { entries, units } = ledgerCollections(db);
  const id = { $concat: ['$gtin', '/', '$units.issuer', '/', '$units.serial'] };
  const key = { gtin: '$gtin', issuer: '$units.issuer', serial: '$units.serial' };
  const named = entries.aggregate<UnitKey & { _id: string }>(
    [
      { $match: { 'units.0': { $exists: true } } },
      { $unwind: '$units' },
      { $group: { _id: id, key: { $first: key } } },
      { $replaceWith: { $mergeObjects: ['$key', { _id: '$_id' }] } },
      {
        $unionWith: {
          coll: units.collectionName,
          pipeline: [{ $project: { gtin: 1, issuer: 1, serial: 1 } }],
        },
      },
      { $group: { _id: '$_id', key: { $first: '$$ROOT' } } },
      { $replaceWith: '$key' },
      // Neighbours are of one lot, as a rule, and share its events.
      { $sort: { _id: 1 } },
    ],
    { allowDiskUse: true },
  );
  const portions = inPortions(named, () => 1, unitsAtOnce);
  return restoreAll(portions, progress, (units) => restoreUnits(db, units));
}

/** @returns what the source yields, put together until it is so much; what is larger comes by itself. */
async function* inPortions<T>(
  source: AsyncIterable<T>,
  sizeOf: (one: T) => number,
  most: number,
): AsyncGenerator<readonly T[]> {
  let [portion, size]: [T[], number] = [[], 0];
  for await (const one of source) {
    if (portion.length > 0 && size + sizeOf(one) > most) {
      yield portion;
      [portion, size] = [[], 0];
    }
    portion.push(one);
    size += sizeOf(one);
  }
  if (portion.length > 0) yield portion;
}

interface Attempt {
  /** Ids of what there should be. */
  readonly ids: readonly string[];
  readonly restored: number;
  /** Whether something was written while it was looked at, so that the portion has to be looked at again. */
  readonly overtaken: boolean;
}

/** @param restore is given what an attempt before it found that there should be */
async function restoreAll<T>(
  portions: AsyncGenerator<readonly T[]>,
  progress: () => Promise<void>,
  restore: (portion: readonly T[], known: readonly string[]) => Promise<Attempt>,
): Promise<Rebuilt> {
  let [seen, restored] = [0, 0];
  const settle = async (portion: readonly T[]) => {
    let known: readonly string[] = [];
    for (let tried = 0; tried < attemptsAtMost; tried += 1) {
      const attempt = await restore(portion, known);
      restored += attempt.restored;
      known = attempt.ids;
      await progress();
      if (attempt.overtaken) continue;
      seen += known.length;
      return;
    }
    throw new Error('what is to be rebuilt is written without a pause: stop the service, then rebuild');
  };
  const lane = async () => {
    for (let next = await portions.next(); next.done !== true; next = await portions.next())
      await settle(next.value);
  };
  // Where one fails the other gets nothing more to do, and has ended before anybody is told: the lease is given back.
  const ended = await Promise.allSettled(
    Array.from({ length: lanes }, () => lane().finally(() => portions.return(undefined))),
  );
  const failed = ended.find((lane) => lane.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return { seen, restored };
}

async function restoreHoldings(
  db: mongo.Db,
  lots: readonly { readonly _id: string }[],
  known: readonly string[],
): Promise<Attempt> {
  const { entries, holdings } = ledgerCollections(db);
  const ofLots = { lotId: { $in: lots.map(({ _id }) => _id) } };
  // Read first: what is written after it makes the condition of a write below fail. By id as well, for it may say
  // another lot than its own.
  const stored = await byId(holdings.find({ $or: [ofLots, { _id: { $in: [...known] } }] }));
  const histories = new Map<string, { readonly of: HoldingName; readonly written: Written[] }>();
  const projection = { _id: 0, event: 1, gtin: 1, lot: 1, holdings: 1 };
  for await (const entry of entries.find(ofLots, { projection, batchSize: entriesAtOnce })) {
    const { event, gtin, lot } = entry;
    for (const { organisation, version } of entry.holdings) {
      const id = holdingId(organisation, entry);
      const history = histories.get(id) ?? { of: { organisation, gtin, lot }, written: [] };
      histories.set(id, history);
      history.written.push({ event, version });
    }
  }
  const events = await readEvents(db, [...histories.values()], { transfers: 1 });
  const right = [...histories].map(([_id, { of, written }]): Stored<Holding> => {
    let balances: Balance[] = [];
    for (const { transfers } of inOrder(written, events)) {
      balances = applyTransfers({ ...of, balances }, transfers);
    }
    const { fences = [], version = 0 } = stored.get(_id) ?? {};
    const highest = highestOf([...written, ...fences, { version }]);
    return { _id, ...of, lotId: lotId(of), balances, version: highest, fences };
  });
  return put(holdings, stored, right);
}

async function restoreUnits(
  db: mongo.Db,
  keys: readonly (UnitKey & { readonly _id: string })[],
): Promise<Attempt> {
  const { entries, units } = ledgerCollections(db);
  const stored = await byId(units.find({ _id: { $in: keys.map(({ _id }) => _id) } }));
  const histories = new Map(keys.map((key) => [key._id, { of: key, written: [] as Written[] }]));
  const gtins = [...new Set(keys.map(({ gtin }) => gtin))];
  const naming = { gtin: { $in: gtins }, 'units.serial': { $in: keys.map(({ serial }) => serial) } };
  const projection = { _id: 0, event: 1, gtin: 1, units: 1 };
  for await (const { event, gtin, units: named } of entries.find(naming, { projection })) {
    for (const { issuer, serial, version } of named) {
      histories.get(unitId(gtin, issuer, serial))?.written.push({ event, version });
    }
  }
  const events = await readEvents(db, [...histories.values()]);
  const right = [...histories].flatMap(([_id, { of, written }]): Stored<Unit>[] => {
    if (written.length === 0) return [];
    let unit: Unit | undefined;
    for (const event of inOrder(oncePerEvent(written), events)) {
      const before = new Map(unit === undefined ? [] : [[_id, unit]]);
      unit = applyToUnits(before, only(event, of)).get(_id) ?? unit;
    }
    if (unit === undefined) throw new Error(`no event ever moved the unit ${_id}`);
    const { version = 0 } = stored.get(_id) ?? {};
    return [{ ...unit, _id, version: highestOf([...written, { version }]) }];
  });
  return put(units, stored, right);
}

/** A use whose label names another lot has an entry in each, both with the unit. */
function oncePerEvent(written: readonly Written[]): Written[] {
  return [...new Map(written.map((one) => [one.event, one])).values()];
}

/** @returns the event as far as it concerns one unit: one of a thousand need not fold the others each time. */
function only(event: AnyEvent, { issuer, serial }: UnitKey): AnyEvent {
  const transfers = event.transfers
    .filter((transfer) => (transfer.issuer ?? 'maker') === issuer && transfer.serials?.includes(serial))
    .map((transfer) => ({ ...transfer, serials: [serial] }));
  return { ...event, transfers };
}

function highestOf(versions: readonly { readonly version: number }[]): number {
  return versions.reduce((most, { version }) => Math.max(most, version), 0);
}

async function byId<T extends { readonly _id: string }>(found: AsyncIterable<T>): Promise<Map<string, T>> {
  const documents = new Map<string, T>();
  for await (const document of found) documents.set(document._id, document);
  return documents;
}

/** @returns the events that histories name, each read once; with a projection, that part of them. */
async function readEvents(
  db: mongo.Db,
  histories: readonly { readonly written: readonly Written[] }[],
  projection: mongo.Document = {},
): Promise<Map<string, AnyEvent>> {
  const ids = [...new Set(histories.flatMap(({ written }) => written.map(({ event }) => event)))];
  const found = new Map<string, AnyEvent>();
  for (let start = 0; start < ids.length; start += entriesAtOnce) {
    const some = { _id: { $in: ids.slice(start, start + entriesAtOnce) } };
    const cursor = ledgerCollections(db).events.find(some, { projection, batchSize: entriesAtOnce });
    for await (const stored of cursor) found.set(stored._id, stored);
  }
  return found;
}

/** @throws Error when an event that an entry names is gone. */
function* inOrder(written: readonly Written[], events: ReadonlyMap<string, AnyEvent>): Generator<AnyEvent> {
  for (const { event: id } of written.toSorted((a, b) => a.version - b.version)) {
    const event = events.get(id);
    if (event === undefined) throw new Error(`the event ${id} is gone, and an entry names it`);
    yield event;
  }
}

/** Makes what is stored what is right, each on the condition that it still is as it was read. */
async function put<T extends Holding | Unit>(
  collection: mongo.Collection<Stored<T>>,
  stored: ReadonlyMap<string, Stored<T>>,
  right: readonly Stored<T>[],
): Promise<Attempt> {
  const ids = right.map(({ _id }) => _id);
  const asRead = ({ _id, version }: Stored<T>) => ({ _id, version }) as mongo.Filter<Stored<T>>;
  const writes = right.flatMap((document): mongo.AnyBulkWriteOperation<Stored<T>>[] => {
    const before = stored.get(document._id);
    if (isDeepStrictEqual(before, document)) return [];
    if (before !== undefined) return [{ replaceOne: { filter: asRead(before), replacement: document } }];
    const { _id, ...fields } = document;
    const update = { $setOnInsert: fields } as unknown as mongo.UpdateFilter<Stored<T>>;
    return [{ updateOne: { filter: { _id } as mongo.Filter<Stored<T>>, update, upsert: true } }];
  });
  const wanted = new Set(ids);
  for (const [id, document] of stored) {
    if (!wanted.has(id)) writes.push({ deleteOne: { filter: asRead(document) } });
  }
  if (writes.length === 0) return { ids, restored: 0, overtaken: false };
  const done = await collection.bulkWrite(writes, { ordered: false });
  const restored = done.modifiedCount + done.upsertedCount + done.deletedCount;
  return { ids, restored, overtaken: restored < writes.length };
}
