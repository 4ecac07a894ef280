/** Shipments: what was sent to whom, and whether the receiver may still add to it. A fold of the ledger's events. */
import type { mongo } from 'mongoose';
import { type DocumentSource, documentsOf } from '../database/documents.ts';
import type { Write } from '../database/write.ts';
import { type AnyEvent, type LotKey, lotId } from '../ledger/event.ts';
import type { EventDetails } from '../ledger/event-details.ts';

export const shipmentsCollection = 'shipments';

export interface ShipmentLine extends LotKey {
  readonly quantity: number;
}

export interface Shipment {
  /** UUID; also names the account `transit/{id}` in the sender's books. */
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly purpose: EventDetails['shipped']['purpose'];
  readonly conveys: EventDetails['shipped']['conveys'];
  readonly recall?: string;
  readonly state: 'open' | 'closed';
  /** As sent, a line a lot. */
  readonly lines: readonly ShipmentLine[];
  /** RFC 3339 UTC. */
  readonly sentAt: string;
  readonly lastReceivedAt?: string;
  readonly closedAt?: string;
  /** Set when it was closed: what never arrived. */
  readonly missing?: number;
  /** No shipment was made here: the receiver has said who brought the goods, and nobody else is told of it. */
  readonly stated?: true;
  /** Counts receipts: two at once contend for this document, so that the second sees the first. */
  readonly receipts: number;
}

export type StoredShipment = { readonly _id: string } & Omit<Shipment, 'id'>;

/** The fold of the ledger's events into shipments. */
export function projectShipments(event: AnyEvent): Write[] {
  switch (event.type) {
    case 'shipped':
      return [shipped(event)];
    case 'received':
      if (event.details.conveys !== undefined) return [stated(event, event.details.conveys)];
      return [
        change(event.details.shipment, {
          $set: { lastReceivedAt: event.recordTime },
          $inc: { receipts: 1 },
        }),
      ];
    case 'shipmentClosed':
      return [
        change(event.details.shipment, {
          $set: { state: 'closed', closedAt: event.recordTime },
          // One that was closed before and reopened by a correction keeps what was missing then.
          $inc: { receipts: 1, missing: event.details.missing },
        }),
      ];
    case 'corrected':
      // A receipt that is undone puts things back into transit: somebody must be able to receive them.
      return event.details.correctedType === 'received' ? reopened(event) : [];
    default:
      return [];
  }
}

function shipped(event: AnyEvent & { type: 'shipped' }): Write {
  const { shipment, to, purpose, conveys, recall } = event.details;
  const lines = new Map<string, ShipmentLine>();
  for (const { gtin, lot, quantity } of event.transfers) {
    const id = lotId({ gtin, lot });
    lines.set(id, { gtin, lot, quantity: (lines.get(id)?.quantity ?? 0) + quantity });
  }
  const document: StoredShipment = {
    _id: shipment,
    from: event.organisation,
    to,
    purpose,
    conveys,
    ...(recall === undefined ? {} : { recall }),
    state: 'open',
    lines: [...lines.values()],
    sentAt: event.recordTime,
    receipts: 0,
  };
  return { collection: shipmentsCollection, insert: { ...document } };
}

/** Nothing of it is on its way: it is closed from the first. */
function stated(event: AnyEvent & { type: 'received' }, conveys: Shipment['conveys']): Write {
  const { shipment, from } = event.details;
  const document: StoredShipment = {
    _id: shipment,
    from,
    to: event.organisation,
    purpose: 'supply',
    conveys,
    state: 'closed',
    lines: [],
    sentAt: event.recordTime,
    lastReceivedAt: event.recordTime,
    closedAt: event.recordTime,
    stated: true,
    receipts: 1,
  };
  return { collection: shipmentsCollection, insert: { ...document } };
}

function reopened(event: AnyEvent & { type: 'corrected' }): Write[] {
  const transit = event.transfers.find(({ to }) => to.account.startsWith('transit/'))?.to.account;
  if (transit === undefined) return [];
  return [
    change(transit.slice('transit/'.length), {
      $set: { state: 'open' },
      $unset: { closedAt: '' },
      $inc: { receipts: 1 },
    }),
  ];
}

function change(shipment: string, update: mongo.Document): Write {
  return { collection: shipmentsCollection, filter: { _id: shipment }, update };
}

/** @returns the shipment, whoever's it is: the caller checks. */
export async function readShipment(source: DocumentSource, id: string): Promise<Shipment | undefined> {
  return (await readShipments(source, [id])).get(id);
}

/** @returns the shipments that there are, whoever's they are, by id. */
export async function readShipments(
  source: DocumentSource,
  ids: readonly string[],
): Promise<Map<string, Shipment>> {
  const stored = await documentsOf(source).where<StoredShipment>(shipmentsCollection, '_id', ids);
  return new Map(stored.map((one) => [one._id, shipmentOf(one)]));
}

/** @returns a stored shipment as this room knows it. */
export function shipmentOf({ _id, ...rest }: StoredShipment): Shipment {
  return { id: _id, ...rest };
}
