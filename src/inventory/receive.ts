/**
 * Receipt 收货: whole, partial, over, damaged. Never refused for a danger: what is recalled, on hold or mislabelled lands in
 * quarantine, what was not announced is drawn from `unexplained`, what is missing stays in transit.
 */

import { z } from 'zod';
import { allOf } from '../database/documents.ts';
import { saying } from '../http/faults.ts';
import { text, uuid } from '../http/fields.ts';
import { type AccountRef, placeAccount } from '../ledger/account.ts';
import { type DecisionContext, refuse } from '../ledger/decision.ts';
import { bounds, type Commitment, type DocumentRef, type LotKey } from '../ledger/event.ts';
import { conveyedBases } from '../ledger/event-details.ts';
import type { Title } from '../ledger/title.ts';
import { type Bench, sameAccount } from './bench.ts';
import { type Actor, commandFields, type StockCommand } from './command.ts';
import { knownShipments } from './known.ts';
import { deviceLine, type LotLoad, loadsOf, type ReadLine, resolveLines } from './lines.ts';
import type { Shipment } from './shipment.ts';
import { expectStock, loadStock, restrictionsOnThings, type Stock } from './stock.ts';

export const receiveBody = z.strictObject({
  ...commandFields,
  shipment: uuid(),
  place: uuid(),
  /** What arrived intact. */
  lines: z.array(deviceLine()).max(1_000).default([]),
  /** What arrived damaged: it goes to quarantine. */
  damaged: z.array(deviceLine()).max(1_000).default([]),
  note: text({ max: 2000, lines: true }).optional(),
});

/** What came in: with a shipment that was made here, or from a supplier that made none. */
export const deliveryBody = z
  .strictObject({
    ...receiveBody.shape,
    shipment: uuid().optional(),
    /** Who delivered; it need not use this service, but is known to it: the acceptance record names it. */
    supplier: uuid().optional(),
    /** On what basis we hold the things; bought unless told otherwise. */
    basis: z.enum(conveyedBases).optional(),
    /** Welfare programme, for donated things. */
    programme: uuid().optional(),
    /** Number of the supplier's papers. */
    papers: text({ max: 60 }).optional(),
  })
  .refine(({ shipment, supplier }) => (shipment === undefined) !== (supplier === undefined), {
    ...saying(
      '请填写发货单；没有发货单的，填写供货方。',
      'Name the shipment or, where there is none, the supplier.',
    ),
    path: ['shipment'],
  })
  .refine(({ supplier, papers }) => supplier === undefined || papers !== undefined, {
    ...saying('请填写随货同行单号。', "State the number of the supplier's papers."),
    path: ['papers'],
  })
  .refine(({ shipment, basis, programme, papers }) => !(shipment && (basis ?? programme ?? papers)), {
    ...saying('发货单已载明，此处不填。', 'The shipment says this already; leave it out.'),
    path: ['shipment'],
  });

/** The receiver's own statement, where nobody made a shipment. */
export interface StatedDelivery {
  readonly supplier: string;
  readonly conveys: Shipment['conveys'];
}

export type ReceiveInput = Omit<z.output<typeof receiveBody>, 'shipment' | 'lines' | 'damaged' | 'note'> & {
  /** Either this, or what the receiver states. */
  readonly shipment?: string;
  readonly stated?: StatedDelivery;
  readonly papersNumber?: Commitment;
  readonly lines: readonly ReadLine[];
  readonly damaged: readonly ReadLine[];
  readonly noteText?: Commitment | undefined;
  /** These are the right facts of a receipt that closed its shipment: it counts as open again. */
  readonly correcting?: true;
};

interface ReceiveState {
  readonly stock: Stock;
  readonly shipment: Shipment | undefined;
  readonly intact: readonly LotLoad[];
  readonly damaged: readonly LotLoad[];
}

export interface ReceivedLine extends LotKey {
  readonly intact: number;
  readonly damaged: number;
  /** Arrived, but not announced by the sender. */
  readonly unshipped: number;
  /** Went to quarantine because a recall or a hold stands on it, or its label names another lot. */
  readonly quarantined: number;
}

export interface ReceivedAnswer {
  readonly shipment: string;
  readonly lines: readonly ReceivedLine[];
  /** Still in transit: announced, and not yet received by anybody. */
  readonly outstanding: number;
}

export const receive: StockCommand<ReceiveInput, ReceiveState, ReceivedAnswer> = {
  async load(snapshot, actor, input) {
    const named = input.shipment === undefined ? [] : [input.shipment];
    expectStock(snapshot, [actor.organisation], [...input.lines, ...input.damaged]);
    const [shipments, lines] = await allOf([
      knownShipments(snapshot, named),
      resolveLines(snapshot, [...input.lines, ...input.damaged]),
    ]);
    const [shipment] = shipments.values();
    const intact = loadsOf(lines.slice(0, input.lines.length));
    const damaged = loadsOf(lines.slice(input.lines.length));
    const organisations = shipment === undefined ? [actor.organisation] : [actor.organisation, shipment.from];
    const announced = shipment?.lines ?? [];
    const expected = shipment === undefined ? undefined : transitOf(shipment);
    const things = [...intact, ...damaged, ...announced];
    const stock = await loadStock(snapshot, organisations, things, { expected });
    return { stock, shipment, intact, damaged };
  },

  facts(input, { stock, shipment: sent, intact, damaged }, bench, actor, context) {
    const shipment = sent ?? statedShipment(input, actor, context);
    if (shipment === undefined || shipment.to !== actor.organisation) {
      return refuse('not-found', { shipment: input.shipment });
    }
    if (shipment.state === 'closed' && input.correcting !== true)
      return refuse('shipment/closed', { shipment: shipment.id });
    const named = [...intact, ...damaged].reduce((sum, { serials }) => sum + serials.length, 0);
    if (named > bounds.serialsPerEvent) return refuse('command/too-many-serials', { serials: named });
    const twice = inBoth(intact, damaged);
    if (twice.length > 0) return refuse('device/serial-repeated', { serials: twice.slice(0, 20) });
    const here = alreadyHere([...intact, ...damaged], bench, actor, transitOf(shipment));
    if (here.length > 0) return refuse('receipt/already-here', { serials: here.slice(0, 20) });

    const receipt = new Receipt(input, shipment, stock, bench, actor);
    for (const load of intact) receipt.take(load, 'intact');
    for (const load of damaged) receipt.take(load, 'damaged');
    const transfers = bench.take();
    const outstanding = inTransit(shipment, bench);
    const { papersNumber: number } = input;
    const documents: DocumentRef[] = number === undefined ? [] : [{ kind: 'papers', number }];
    const received = {
      type: 'received',
      step: 'receiving',
      transfers,
      place: input.place,
      documents,
      details: {
        shipment: shipment.id,
        from: shipment.from,
        lines: receipt.lines.map(({ quarantined, ...line }) => line),
        ...(input.noteText === undefined ? {} : { note: input.noteText }),
        ...(input.stated === undefined ? {} : { conveys: input.stated.conveys }),
      },
    } as const;
    const closed = {
      type: 'shipmentClosed',
      step: 'receiving',
      about: shipment.lines.map(({ gtin, lot }) => ({ gtin, lot })),
      details: { shipment: shipment.id, missing: 0 },
    } as const;
    return {
      kind: 'facts',
      events: outstanding === 0 && input.stated === undefined ? [received, closed] : [received],
      answer: { shipment: shipment.id, lines: receipt.lines, outstanding },
    };
  },
};

/** A delivery is received as a shipment of which nothing was announced: all of it comes from `unexplained`. */
function statedShipment(
  { stated }: ReceiveInput,
  { organisation }: Actor,
  { eventId, recordTime }: DecisionContext,
): Shipment | undefined {
  if (stated === undefined) return undefined;
  return {
    id: eventId(0),
    from: stated.supplier,
    to: organisation,
    purpose: 'supply',
    conveys: stated.conveys,
    state: 'open',
    lines: [],
    sentAt: recordTime,
    stated: true,
    receipts: 0,
  };
}

/** A unit is intact or damaged: one that is named as both would be counted twice. */
function inBoth(intact: readonly LotLoad[], damaged: readonly LotLoad[]): string[] {
  const named = new Set(intact.flatMap(({ gtin, serials }) => serials.map((serial) => `${gtin}/${serial}`)));
  return damaged.flatMap(({ gtin, serials }) => serials.filter((serial) => named.has(`${gtin}/${serial}`)));
}

/** A unit that already lies in the receiver's stock was scanned twice; unless it is on its way with this shipment. */
function alreadyHere(
  loads: readonly LotLoad[],
  bench: Bench,
  { organisation }: Actor,
  transit: AccountRef,
): string[] {
  return loads.flatMap(({ gtin, serials }) =>
    serials.filter((serial) => {
      const announced = bench.unit(gtin, serial)?.at;
      if (announced !== undefined && sameAccount(announced, transit)) return false;
      const at = bench.unitIn(organisation, gtin, serial)?.at;
      return at?.organisation === organisation && at.account.startsWith('place/');
    }),
  );
}

function transitOf({ id, from }: Pick<Shipment, 'id' | 'from'>): AccountRef {
  return { organisation: from, account: `transit/${id}` };
}

/** @returns units of a shipment that nobody has received. */
export function inTransit(shipment: Pick<Shipment, 'id' | 'from' | 'lines'>, bench: Bench): number {
  const at = transitOf(shipment);
  return shipment.lines.reduce((sum, line) => sum + bench.quantity(at, line), 0);
}

/** One receipt as it is laid out, a lot after the other. */
class Receipt {
  private readonly byLot = new Map<string, ReceivedLine>();
  private readonly input: ReceiveInput;
  private readonly shipment: Shipment;
  private readonly stock: Stock;
  private readonly bench: Bench;
  private readonly actor: Actor;

  constructor(input: ReceiveInput, shipment: Shipment, stock: Stock, bench: Bench, actor: Actor) {
    this.input = input;
    this.shipment = shipment;
    this.stock = stock;
    this.bench = bench;
    this.actor = actor;
  }

  get lines(): readonly ReceivedLine[] {
    return [...this.byLot.values()];
  }

  /** Units are told apart: a recall of some serial numbers does not lock up the others. */
  take(load: LotLoad, arrived: 'intact' | 'damaged'): void {
    if (load.serials.length === 0 || load.mislabelled) {
      const suspect = load.mislabelled || restrictionsOnThings(this.stock, load).length > 0;
      this.put(load, arrived, suspect);
      return;
    }
    const restricted = new Set(
      load.serials.filter(
        (serial) => restrictionsOnThings(this.stock, { ...load, serials: [serial] }).length > 0,
      ),
    );
    for (const held of [false, true]) {
      const serials = load.serials.filter((serial) => restricted.has(serial) === held);
      if (serials.length > 0) this.put({ ...load, serials, quantity: serials.length }, arrived, held);
    }
  }

  private put(load: LotLoad, arrived: 'intact' | 'damaged', restricted: boolean): void {
    const condition = arrived === 'damaged' || restricted ? 'quarantined' : 'awaiting-acceptance';
    const { organisation } = this.actor;
    const from = transitOf(this.shipment);
    const to: AccountRef = { organisation, account: placeAccount(this.input.place, condition) };
    const over = this.bench.move(load, from, to, { becomes: (title) => this.conveyed(title) });
    if (over !== undefined) {
      const extra = { ...load, quantity: over.quantity, serials: over.serials };
      this.bench.draw(extra, to, this.drawn());
    }
    const key = `${load.gtin}/${load.lot}`;
    const before = this.byLot.get(key);
    this.byLot.set(key, {
      gtin: load.gtin,
      lot: load.lot,
      intact: (before?.intact ?? 0) + (arrived === 'intact' ? load.quantity : 0),
      damaged: (before?.damaged ?? 0) + (arrived === 'damaged' ? load.quantity : 0),
      unshipped: (before?.unshipped ?? 0) + (over?.quantity ?? 0),
      quarantined: (before?.quarantined ?? 0) + (restricted ? load.quantity : 0),
    });
  }

  /** Nobody knows on what basis things come that were not announced, unless the receiver has stated it. */
  private drawn(): Title {
    const { stated, from } = this.shipment;
    if (stated === true) return this.conveyed({ owner: from, basis: 'bought' });
    return { owner: this.actor.organisation, basis: 'unknown' };
  }

  /** Bought and donated things become the receiver's; consignment and loans stay their owner's, also coming home. */
  private conveyed(title: Title): Title {
    const { basis, programme } = this.shipment.conveys;
    const { organisation } = this.actor;
    if (title.owner === organisation) return { owner: organisation, basis: 'bought' };
    const keeps = basis === 'consignment' || basis === 'loan';
    return {
      owner: keeps ? title.owner : organisation,
      basis,
      ...(programme === undefined ? {} : { programme }),
    };
  }
}
