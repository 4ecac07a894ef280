/**
 * The only code that writes events, entries, holdings and units. It runs inside the transaction of run.ts, on the
 * snapshot that the decision saw; a write that another transaction has overtaken fails the whole transaction.
 */
import type { Write } from '../database/write.ts';
import { accountParts } from './account.ts';
import { ledgerCollections } from './collections.ts';
import { type Entry, entriesOf, organisationsTouching } from './entry.ts';
import { type AnyEvent, bounds, lotsOf, unitId } from './event.ts';
import { applyTransfers, emptyHolding, type Holding, holdingId } from './holding.ts';
import type { HoldingKey, Snapshot } from './snapshot.ts';
import { bulkOperation, touchLots } from './touch.ts';
import { applyToUnits, type Unit, unitsOf } from './unit.ts';

/** A room's pure fold of one event into its own collections. */
export type Projector = (event: AnyEvent) => readonly Write[];

/** A decision made an event that the ledger does not take: a fault of ours, not of the caller. */
export class InvalidEvent extends Error {
  constructor(reason: string) {
    super(`event refused by the ledger: ${reason}`);
    this.name = 'InvalidEvent';
  }
}

/** A guarded write matched nothing: another transaction was faster, and the command must be decided anew. */
export class LostRace extends Error {
  constructor(collection: string) {
    super(`a guarded write in ${collection} matched nothing`);
    this.name = 'LostRace';
  }
}

/**
 * Writes events in order, with all that follows from them.
 * @throws InvalidEvent or Overdrawn on a decision's fault; the driver's errors, labelled transient where the
 *   whole transaction may be tried again.
 */
export async function append(
  snapshot: Snapshot,
  events: readonly AnyEvent[],
  projectors: readonly Projector[],
): Promise<void> {
  for (const event of events) {
    assertWithinBounds(event);
    assertVoidedUnitsNamed(event);
  }
  const holdings = await snapshot.holdings(events.flatMap(holdingsOf));
  const units = await snapshot.units(events.flatMap(unitsOf));
  const { entries, heldAfter, unitsAfter } = fold(events, holdings, units);
  const fresh = [...heldAfter].filter(([id]) => !holdings.has(id)).map(([, { lotId }]) => lotId);
  const moved = [...heldAfter.values()].map(({ lotId }) => lotId);

  const { session, db } = snapshot;
  const collections = ledgerCollections(db);
  const options = { session, ordered: true } as const;
  const order = await touchLots(snapshot, events, new Set(fresh), new Set(moved));
  await collections.events.insertMany(
    events.map((event) => ({ ...event, _id: event.id })),
    options,
  );
  const stored = entries.map((entry) => storedEntry(withOrder(entry, order)));
  if (stored.length > 0) await collections.entries.insertMany(stored, options);
  if (heldAfter.size > 0) await collections.holdings.bulkWrite(holdingWrites(heldAfter, holdings), options);
  if (unitsAfter.size > 0) await collections.units.bulkWrite(unitWrites(unitsAfter, units), options);
  await writeAll(
    snapshot,
    projectors.flatMap((project) => events.flatMap(project)),
  );
}

/**
 * Commits other rooms' writes in the same transaction, in the order given within each collection.
 * @throws LostRace when an update that is not an upsert matched nothing.
 */
export async function writeAll({ db, session }: Snapshot, writes: readonly Write[]): Promise<void> {
  const byCollection = Map.groupBy(writes, (write) => write.collection);
  for (const [collection, group] of byCollection) {
    const options = { session, ordered: true } as const;
    const done = await db.collection(collection).bulkWrite(group.map(bulkOperation), options);
    const written = done.insertedCount + done.matchedCount + done.upsertedCount;
    if (written < group.length) throw new LostRace(collection);
  }
}

function assertWithinBounds(event: AnyEvent): void {
  const { transfers, uses } = event;
  const lots = lotsOf(event).length;
  if (lots > bounds.lotsPerEvent) throw new InvalidEvent(`${lots} lots`);
  const serials = transfers.reduce((sum, transfer) => sum + (transfer.serials?.length ?? 0), 0);
  if (transfers.length > bounds.transfersPerEvent) throw new InvalidEvent(`${transfers.length} transfers`);
  if (uses.length > bounds.usesPerEvent) throw new InvalidEvent(`${uses.length} uses`);
  if (serials > bounds.serialsPerEvent) throw new InvalidEvent(`${serials} serials`);
  for (const { quantity, serials: named, from, to } of transfers) {
    accountParts(from.account);
    accountParts(to.account);
    if (!Number.isInteger(quantity) || quantity < 1 || quantity > bounds.quantityPerTransfer) {
      throw new InvalidEvent(`quantity ${quantity}`);
    }
    if (named !== undefined && (named.length !== quantity || new Set(named).size !== quantity)) {
      throw new InvalidEvent(`${named.length} serials for quantity ${quantity}`);
    }
  }
}

/** A use that did not happen is taken off its unit: the event must name the unit, or the fold would not see it. */
function assertVoidedUnitsNamed(event: AnyEvent): void {
  if (event.type !== 'corrected') return;
  const named = new Set(unitsOf(event).map(({ gtin, issuer, serial }) => unitId(gtin, issuer, serial)));
  for (const { gtin, issuer = 'maker', serial } of event.details.voidedUses) {
    if (serial !== undefined && !named.has(unitId(gtin, issuer, serial))) {
      throw new InvalidEvent(`the use of ${serial} did not happen, and nothing names the unit`);
    }
  }
}

/** @returns the holdings that an event writes, each once. */
export function holdingsOf(event: AnyEvent): HoldingKey[] {
  const keys = new Map<string, HoldingKey>();
  for (const lot of lotsOf(event)) {
    for (const organisation of organisationsTouching(event, lot)) {
      keys.set(holdingId(organisation, lot), { organisation, ...lot });
    }
  }
  return [...keys.values()];
}

interface Folded {
  readonly entries: Entry[];
  readonly heldAfter: Map<string, Holding>;
  readonly unitsAfter: Map<string, Unit>;
}

function fold(
  events: readonly AnyEvent[],
  holdings: ReadonlyMap<string, Holding>,
  units: ReadonlyMap<string, Unit>,
): Folded {
  const heldAfter = new Map<string, Holding>();
  const unitsNow = new Map(units);
  const unitsAfter = new Map<string, Unit>();
  const entries: Entry[] = [];
  for (const event of events) {
    for (const [id, unit] of applyToUnits(unitsNow, event)) {
      unitsNow.set(id, unit);
      unitsAfter.set(id, unit);
    }
    const homeless = event.uses.find(
      ({ gtin, issuer = 'maker', serial }) =>
        serial !== undefined && !unitsNow.has(unitId(gtin, issuer, serial)),
    );
    if (homeless !== undefined) throw new InvalidEvent(`no transfer ever named the unit ${homeless.serial}`);
    for (const key of holdingsOf(event)) {
      const id = holdingId(key.organisation, key);
      const before = heldAfter.get(id) ?? holdings.get(id) ?? emptyHolding(key);
      heldAfter.set(id, {
        ...before,
        balances: applyTransfers(before, event.transfers),
        version: before.version + 1,
      });
    }
    entries.push(
      ...entriesOf(event, {
        holdingVersion: (organisation, lot) => heldAfter.get(holdingId(organisation, lot))?.version,
        unitVersion: (gtin, issuer, serial) => unitsNow.get(unitId(gtin, issuer, serial))?.version,
      }),
    );
  }
  return { entries, heldAfter, unitsAfter };
}

function withOrder(entry: Entry, order: ReadonlyMap<string, number>): Entry {
  const touched = order.get(entry.id);
  return touched === undefined ? entry : { ...entry, touched };
}

/** @returns the entry as stored, with date copies for the indexes. */
export function storedEntry(entry: Entry) {
  return {
    ...entry,
    _id: entry.id,
    recordedAt: new Date(entry.recordTime),
    happenedAt: new Date(entry.eventTime),
  };
}

function holdingWrites(after: ReadonlyMap<string, Holding>, before: ReadonlyMap<string, Holding>) {
  return [...after].map(([id, holding]) =>
    before.has(id)
      ? {
          updateOne: {
            filter: { _id: id },
            update: { $set: { balances: holding.balances, version: holding.version } },
          },
        }
      : { insertOne: { document: { ...holding, _id: id } } },
  );
}

function unitWrites(after: ReadonlyMap<string, Unit>, before: ReadonlyMap<string, Unit>) {
  return [...after].map(([id, unit]) =>
    before.has(id)
      ? { replaceOne: { filter: { _id: id }, replacement: unit } }
      : { insertOne: { document: { ...unit, _id: id } } },
  );
}
