/**
 * Holdings and units, derived anew from events in the order that entries recorded. Each is put right by itself, on
 * the condition that nobody has written it since it was read: this part may run beside the service.
 */
import { isDeepStrictEqual } from 'node:util';
import type { mongo } from 'mongoose';
import { ledgerCollections, type Stored, withoutKey } from './collections.ts';
import { type AnyEvent, type LotKey, lotId, type SerialIssuer, unitId } from './event.ts';
import { applyTransfers, type Balance, type Holding, holdingId } from './holding.ts';
import { applyToUnits, type Unit, type UnitKey } from './unit.ts';

export interface Rebuilt {
  readonly seen: number;
  /** Those that differed, were missing or were too many. */
  readonly restored: number;
}

const eventsAtOnce = 200;
const attemptsAtMost = 20;
const lanes = 8;

type HoldingName = LotKey & { readonly organisation: string };

/** An event, and the version that it wrote of the holding or unit in question. */
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
  const named = entries.aggregate<{ _id: HoldingName }>(
    [
      { $unwind: '$holdings' },
      { $group: { _id: { organisation: '$holdings.organisation', gtin: '$gtin', lot: '$lot' } } },
    ],
    { allowDiskUse: true },
  );
  let { seen, restored } = await restoreEach(named, progress, ({ _id: name }) => restoreHolding(db, name));
  for await (const { _id, organisation, lotId: lot, version } of holdings.find()) {
    if ((await entries.countDocuments(entriesOf(lot, organisation), { limit: 1 })) > 0) continue;
    const { deletedCount } = await holdings.deleteOne({ _id, version });
    restored += deletedCount;
    await progress();
  }
  return { seen, restored };
}

/** As {@link rebuildHoldings}, for units. */
export async function rebuildUnits(db: mongo.Db, progress: () => Promise<void>): Promise<Rebuilt> {
  const { entries, units } = ledgerCollections(db);
  const named = entries.aggregate<{ _id: UnitKey }>(
    [
      { $unwind: '$units' },
      { $group: { _id: { gtin: '$gtin', issuer: '$units.issuer', serial: '$units.serial' } } },
    ],
    { allowDiskUse: true },
  );
  let { seen, restored } = await restoreEach(named, progress, ({ _id: key }) => restoreUnit(db, key));
  for await (const { _id, gtin, issuer, serial, version } of units.find()) {
    const naming = { gtin, units: { $elemMatch: { issuer, serial } } };
    if ((await entries.countDocuments(naming, { limit: 1 })) > 0) continue;
    const { deletedCount } = await units.deleteOne({ _id, version });
    restored += deletedCount;
    await progress();
  }
  return { seen, restored };
}

type Attempt = 'same' | 'restored' | 'overtaken';

/** Each is put right by itself, so several may be at once; one at a time would wait for the server most of the time. */
async function restoreEach<T>(
  named: AsyncIterable<T>,
  progress: () => Promise<void>,
  restore: (one: T) => Promise<Attempt>,
): Promise<Rebuilt> {
  let [seen, restored] = [0, 0];
  const source = named[Symbol.asyncIterator]();
  const lane = async () => {
    for (let next = await source.next(); next.done !== true; next = await source.next()) {
      const one = next.value;
      seen += 1;
      if (await settle(() => restore(one))) restored += 1;
      await progress();
    }
  };
  // Where one fails the others get nothing more to do, and have ended before anybody is told: the lease is given back.
  const ended = await Promise.allSettled(
    Array.from({ length: lanes }, () => lane().finally(() => source.return?.())),
  );
  const failed = ended.find((lane) => lane.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return { seen, restored };
}

/** @returns whether it had to be put right. */
async function settle(attempt: () => Promise<Attempt>): Promise<boolean> {
  for (let tried = 0; tried < attemptsAtMost; tried += 1) {
    const outcome = await attempt();
    if (outcome !== 'overtaken') return outcome === 'restored';
  }
  throw new Error('what is to be rebuilt is written without a pause: stop the service, then rebuild');
}

async function restoreHolding(db: mongo.Db, name: HoldingName): Promise<Attempt> {
  const { entries, holdings } = ledgerCollections(db);
  const _id = holdingId(name.organisation, name);
  // Read first: what is written after it makes the condition of the write below fail.
  const stored = (await holdings.findOne({ _id })) ?? undefined;
  const written: Written[] = [];
  const lot = lotId(name);
  const projection = { event: 1, holdings: 1 };
  for await (const entry of entries.find(entriesOf(lot, name.organisation), { projection })) {
    const own = entry.holdings.find(({ organisation }) => organisation === name.organisation);
    if (own !== undefined) written.push({ event: entry.event, version: own.version });
  }
  let balances: Balance[] = [];
  for await (const event of inOrder(db, written)) {
    balances = applyTransfers({ ...name, balances }, event.transfers);
  }
  const fences = stored?.fences ?? [];
  const version = highest([...written, ...fences, ...(stored === undefined ? [] : [stored])]);
  return put(holdings, _id, stored, { ...name, lotId: lot, balances, version, fences });
}

async function restoreUnit(db: mongo.Db, key: UnitKey): Promise<Attempt> {
  const { entries, units } = ledgerCollections(db);
  const { gtin, issuer, serial } = key;
  const _id = unitId(gtin, issuer, serial);
  const stored = (await units.findOne({ _id })) ?? undefined;
  const written: Written[] = [];
  const naming = { gtin, units: { $elemMatch: { issuer, serial } } };
  for await (const entry of entries.find(naming, { projection: { event: 1, units: 1 } })) {
    const own = entry.units.find((unit) => unit.issuer === issuer && unit.serial === serial);
    if (own !== undefined) written.push({ event: entry.event, version: own.version });
  }
  let unit: Unit | undefined;
  for await (const event of inOrder(db, oncePerEvent(written))) {
    const before = new Map(unit === undefined ? [] : [[_id, unit]]);
    unit = applyToUnits(before, only(event, issuer, serial)).get(_id) ?? unit;
  }
  if (unit === undefined) throw new Error(`no event ever moved the unit ${_id}`);
  const version = highest([...written, ...(stored === undefined ? [] : [stored])]);
  return put(units, _id, stored, { ...unit, version });
}

/** A use whose label names another lot has an entry in each, both with the unit. */
function oncePerEvent(written: readonly Written[]): Written[] {
  return [...new Map(written.map((one) => [one.event, one])).values()];
}

/** @returns the event as far as it concerns one unit: one of a thousand need not fold the others each time. */
function only(event: AnyEvent, issuer: SerialIssuer, serial: string): AnyEvent {
  const transfers = event.transfers
    .filter((transfer) => (transfer.issuer ?? 'maker') === issuer && transfer.serials?.includes(serial))
    .map((transfer) => ({ ...transfer, serials: [serial] }));
  return { ...event, transfers };
}

function entriesOf(lot: string, organisation: string) {
  return { lotId: lot, 'holdings.organisation': organisation };
}

function highest(versions: readonly { readonly version: number }[]): number {
  return versions.reduce((most, { version }) => Math.max(most, version), 0);
}

/** @throws Error when an event that an entry names is gone. */
async function* inOrder(db: mongo.Db, written: readonly Written[]): AsyncGenerator<AnyEvent> {
  const sorted = [...written].sort((a, b) => a.version - b.version).map(({ event }) => event);
  for (let start = 0; start < sorted.length; start += eventsAtOnce) {
    const ids = sorted.slice(start, start + eventsAtOnce);
    const found = new Map<string, AnyEvent>();
    for await (const stored of ledgerCollections(db).events.find({ _id: { $in: ids } })) {
      found.set(stored._id, withoutKey(stored) as AnyEvent);
    }
    for (const id of ids) {
      const event = found.get(id);
      if (event === undefined) throw new Error(`the event ${id} is gone, and an entry names it`);
      yield event;
    }
  }
}

async function put<T extends Holding | Unit>(
  collection: mongo.Collection<Stored<T>>,
  _id: string,
  stored: Stored<T> | undefined,
  right: T,
): Promise<Attempt> {
  const document = { ...right, _id } as Stored<T>;
  if (isDeepStrictEqual(stored, document)) return 'same';
  if (stored === undefined) {
    const { upsertedCount } = await collection.updateOne(
      { _id } as mongo.Filter<Stored<T>>,
      { $setOnInsert: right } as unknown as mongo.UpdateFilter<Stored<T>>,
      { upsert: true },
    );
    return upsertedCount === 1 ? 'restored' : 'overtaken';
  }
  const unchanged = { _id, version: stored.version } as mongo.Filter<Stored<T>>;
  const { matchedCount } = await collection.replaceOne(unchanged, document);
  return matchedCount === 1 ? 'restored' : 'overtaken';
}
