/** Closing a shipment: what was never received is missing, in the sender's books. */
import { z } from 'zod';
import { text } from '../http/fields.ts';
import type { AccountRef } from '../ledger/account.ts';
import { refuse } from '../ledger/decision.ts';
import { bounds, type Commitment } from '../ledger/event.ts';
import type { Unit } from '../ledger/unit.ts';
import { commandFields, type StockCommand } from './command.ts';
import { knownShipments } from './known.ts';
import type { Shipment } from './shipment.ts';
import { loadStock, type Stock } from './stock.ts';

export const closeShipmentBody = z.strictObject({
  ...commandFields,
  reason: text({ max: 2000, lines: true }),
});

export type CloseShipmentInput = z.output<typeof closeShipmentBody> & {
  readonly shipment: string;
  readonly reasonText: Commitment;
};

interface CloseShipmentState {
  readonly stock: Stock;
  readonly shipment: Shipment | undefined;
  /** Units still in transit. */
  readonly units: readonly Unit[];
}

export interface ClosedAnswer {
  readonly shipment: string;
  readonly missing: number;
}

export const closeShipment: StockCommand<CloseShipmentInput, CloseShipmentState, ClosedAnswer> = {
  async load(snapshot, actor, input) {
    const shipment = (await knownShipments(snapshot, [input.shipment])).get(input.shipment);
    const units = await snapshot.unitsAt(
      { organisation: actor.organisation, account: `transit/${input.shipment}` },
      bounds.serialsPerEvent,
    );
    const things = [
      ...(shipment?.lines ?? []),
      ...units.map(({ gtin, lot, issuer, serial }) => ({ gtin, lot, issuer, serials: [serial] })),
    ];
    return { shipment, units, stock: await loadStock(snapshot, [actor.organisation], things) };
  },

  facts(input, { shipment, units }, bench, actor) {
    if (shipment === undefined || shipment.from !== actor.organisation || shipment.stated === true) {
      return refuse('not-found', { shipment: input.shipment });
    }
    if (shipment.state === 'closed') return refuse('shipment/closed', { shipment: shipment.id });
    const { organisation } = actor;
    const from: AccountRef = { organisation, account: `transit/${shipment.id}` };
    const to: AccountRef = { organisation, account: 'missing' };
    for (const line of shipment.lines) {
      const serials = units
        .filter(({ gtin, lot }) => gtin === line.gtin && lot === line.lot)
        .map(({ serial }) => serial);
      const key = { gtin: line.gtin, lot: line.lot };
      if (serials.length > 0) bench.move({ ...key, quantity: serials.length, serials }, from, to);
      const rest = bench.quantity(from, key);
      if (rest > 0) bench.move({ ...key, quantity: rest }, from, to);
    }
    const transfers = bench.take();
    const missing = transfers.reduce((sum, { quantity }) => sum + quantity, 0);
    return {
      kind: 'facts',
      events: [
        {
          type: 'shipmentClosed',
          step: 'shipping',
          transfers,
          about: shipment.lines.map(({ gtin, lot }) => ({ gtin, lot })),
          details: { shipment: shipment.id, missing, reason: input.reasonText },
        },
      ],
      answer: { shipment: shipment.id, missing },
    };
  },
};
