/**
 * The only code that says what is written of events, entries, holdings and units. It runs inside the transaction of
 * batch.ts, on the snapshot that the decision saw; a write that another transaction has overtaken fails the whole
 * transaction.
 */
import { allOf } from '../database/documents.ts';
import type { Write } from '../database/write.ts';
import { accountParts } from './account.ts';
import { entriesCollection, eventsCollection, holdingsCollection, unitsCollection } from './collections.ts';
import { type Entry, entriesOf, organisationsTouching } from './entry.ts';
import { type AnyEvent, bounds, lotsOf, unitId } from './event.ts';
import { applyTransfers, emptyHolding, type Holding, holdingId } from './holding.ts';
import type { HoldingKey, Snapshot } from './snapshot.ts';
import { touchLots } from './touch.ts';
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

/**
 * What is to be written of events, in order, with all that follows from them.
 * @throws InvalidEvent or Overdrawn on a decision's fault
 */
export async function writesOf(
  snapshot: Snapshot,
  events: readonly AnyEvent[],
  projectors: readonly Projector[],
): Promise<Write[]> {
  for (const event of events) {
    assertWithinBounds(event);
    assertVoidedUnitsNamed(event);
  }
  const [holdings, units] = await allOf([
    snapshot.holdings(events.flatMap(holdingsOf)),
    snapshot.units(events.flatMap(unitsOf)),
  ]);
  const { entries, heldAfter, unitsAfter } = fold(events, holdings, units);
  const fresh = [...heldAfter].filter(([id]) => !holdings.has(id)).map(([, { lotId }]) => lotId);
  const moved = [...heldAfter.values()].map(({ lotId }) => lotId);
  const { writes: touches, order } = await touchLots(snapshot, events, new Set(fresh), new Set(moved));
  return [
    ...touches,
    ...events.map((event) => ({ collection: eventsCollection, insert: { ...event, _id: event.id } })),
    ...entries.map((entry) => ({
      collection: entriesCollection,
      insert: storedEntry(withOrder(entry, order)),
    })),
    ...[...heldAfter].map(([id, holding]) => holdingWrite(id, holding, holdings.has(id))),
    ...[...unitsAfter].map(([id, unit]) => unitWrite(id, unit, units.has(id))),
    ...projectors.flatMap((project) => events.flatMap(project)),
  ];
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

function holdingWrite(id: string, holding: Holding, exists: boolean): Write {
  const { balances, version } = holding;
  return exists
    ? { collection: holdingsCollection, filter: { _id: id }, update: { $set: { balances, version } } }
    : { collection: holdingsCollection, insert: { ...holding, _id: id } };
}

/** A unit's document never loses a field. */
function unitWrite(id: string, unit: Unit, exists: boolean): Write {
  return exists
    ? { collection: unitsCollection, filter: { _id: id }, update: { $set: { ...unit } } }
    : { collection: unitsCollection, insert: { ...unit, _id: id } };
}
