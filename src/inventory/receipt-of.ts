/**
 * Whether a lot was received under a shipment. Whoever accepts it says by that who delivered it, and the acceptance record
 * names the supplier for years: the shipment must be one under which the lot came.
 */
import { entriesCollection, ledgerCollections } from '../ledger/collections.ts';
import { type AnyEvent, type LotKey, lotId } from '../ledger/event.ts';
import { quantityIn } from '../ledger/holding.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import type { Shipment } from './shipment.ts';

/** @returns whether a receipt of the lot under the shipment stands in the organisation's books */
export async function isReceived(
  snapshot: Snapshot,
  organisation: string,
  shipment: Shipment,
  lot: LotKey,
): Promise<boolean> {
  const seen =
    shipment.stated === true
      ? await isStated(snapshot, shipment, lot)
      : await hasLeft(snapshot, shipment, lot);
  // What was not announced, or was put right since, only the receipts themselves tell.
  return seen || standsReceived(await receiptsOf(snapshot, organisation, shipment, lot), shipment.id, lot);
}

/** What is on its way less than was sent, and has not been given up, was received. */
async function hasLeft(snapshot: Snapshot, shipment: Shipment, lot: LotKey): Promise<boolean> {
  const sent = shipment.lines.find((line) => lotId(line) === lotId(lot));
  if (sent === undefined || (shipment.missing ?? 0) > 0) return false;
  const [holding] = (await snapshot.holdings([{ ...lot, organisation: shipment.from }])).values();
  return quantityIn(holding, `transit/${shipment.id}`) < sent.quantity;
}

/** A delivery that nobody shipped here has the id of its receipt. */
async function isStated(snapshot: Snapshot, { id }: Shipment, lot: LotKey): Promise<boolean> {
  const [event, correction] = await Promise.all([snapshot.event(id), snapshot.correctionOf(id)]);
  return correction === undefined && event !== undefined && standsReceived([event], id, lot);
}

/** @returns what was received of the lot, with all that it corrects */
async function receiptsOf(
  snapshot: Snapshot,
  organisation: string,
  { id }: Shipment,
  lot: LotKey,
): Promise<AnyEvent[]> {
  const filter = { lotId: lotId(lot), organisation, type: { $in: ['received', 'corrected'] } } as const;
  const found = await snapshot.query([entriesCollection], (db, session) =>
    ledgerCollections(db)
      .entries.find(filter, { session, projection: { event: 1 } })
      .toArray(),
  );
  const events = new Map<string, AnyEvent>();
  let wanted = [...new Set([id, ...found.map(({ event }) => event)])];
  while (wanted.length > 0) {
    const read = await Promise.all(wanted.map((one) => snapshot.event(one)));
    for (const event of read) if (event !== undefined) events.set(event.id, event);
    wanted = read.flatMap((event) => event?.corrects ?? []).filter((one) => !events.has(one));
  }
  return [...events.values()];
}

/** Pure. @param events receipts, their corrections and others, with all that each of them corrects, in any order */
export function standsReceived(events: readonly AnyEvent[], shipment: string, lot: LotKey): boolean {
  const byId = new Map(events.map((event) => [event.id, event]));
  const takenBack = new Set(events.map(({ corrects }) => corrects));
  return events.some((event) => {
    if (takenBack.has(event.id)) return false;
    const receipt = event.type === 'received' ? event.details : rightReceipt(event);
    if (receipt === undefined || !receipt.lines.some((line) => lotId(line) === lotId(lot))) return false;
    // Right facts of a stated delivery have an id of their own, and the delivery keeps its first one.
    const first = firstOf(event, byId);
    const stated = first?.type === 'received' && first.details.conveys !== undefined;
    return (stated ? first.details.shipment : receipt.shipment) === shipment;
  });
}

function rightReceipt(event: AnyEvent) {
  return event.type === 'corrected' ? event.details.right?.received : undefined;
}

function firstOf(event: AnyEvent, byId: ReadonlyMap<string, AnyEvent>): AnyEvent | undefined {
  let first: AnyEvent | undefined = event;
  while (first?.corrects !== undefined) first = byId.get(first.corrects);
  return first;
}
