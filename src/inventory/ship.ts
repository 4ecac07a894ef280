/** Shipping with papers 随货同行单: supply to the next, or return to where things came from. */
import { z } from 'zod';
import type { Organisation } from '../catalogue/organisation.ts';
import { text, uuid } from '../http/fields.ts';
import { type AccountRef, conditions, placeAccount } from '../ledger/account.ts';
import { type Refusal, refuse } from '../ledger/decision.ts';
import { type Commitment, type DocumentRef, lotId } from '../ledger/event.ts';
import { conveyedBases, type ShipmentPurpose, shipmentPurposes } from '../ledger/event-details.ts';
import { barrier } from './barriers.ts';
import {
  type Actor,
  commandFields,
  refuseShortfall,
  refuseUnheld,
  type StockCommand,
  today,
} from './command.ts';
import { deviceLines, type LotLoad, loadsOf, type ReadLine, resolveLines } from './lines.ts';
import { hasHeld, loadStock, restrictionsOnThings, type Stock } from './stock.ts';

export const shipBody = z.strictObject({
  ...commandFields,
  from: uuid(),
  to: uuid(),
  purpose: z.enum(shipmentPurposes).default('supply'),
  /** On what basis the receiver will hold the things. */
  basis: z.enum(conveyedBases).default('bought'),
  /** Welfare programme, for donated things. */
  programme: uuid().optional(),
  /** The condition that the things lie in; what is supplied is always available. */
  condition: z.enum(conditions).default('available'),
  /** Recall under which things go back. */
  recall: uuid().optional(),
  lines: deviceLines(),
  /** Number of the papers that go with the goods. */
  papers: text({ max: 60 }),
});

export type ShipInput = Omit<z.output<typeof shipBody>, 'lines' | 'papers'> & {
  readonly lines: readonly ReadLine[];
  readonly papersNumber: Commitment;
  readonly receiver: Pick<Organisation, 'id' | 'kind' | 'active'>;
};

interface ShipState {
  readonly stock: Stock;
  readonly loads: readonly LotLoad[];
}

export interface ShippedAnswer {
  readonly shipment: string;
  readonly quantity: number;
}

export const ship: StockCommand<ShipInput, ShipState, ShippedAnswer> = {
  async load(snapshot, actor, input) {
    const loads = loadsOf(await resolveLines(snapshot, input.lines));
    return { loads, stock: await loadStock(snapshot, [actor.organisation], loads) };
  },

  facts(input, { stock, loads }, bench, actor, context) {
    const { purpose, receiver } = input;
    if (!mayReceive(receiver, actor)) return refuse('shipment/receiver', { to: input.to });
    if (purpose === 'supply' && input.condition !== 'available') {
      return refuse('stock/not-there', { pointer: '/condition', condition: input.condition });
    }
    const shipment = context.eventId(0);
    const { organisation } = actor;
    const from: AccountRef = { organisation, account: placeAccount(input.from, input.condition) };
    const to: AccountRef = { organisation, account: `transit/${shipment}` };
    for (const load of loads) {
      if (!hasHeld(stock, organisation, load)) return refuseUnheld(stock, organisation, load, loads);
      const refusal = dispatchBarrier(purpose, input.to, stock, load, today(context));
      if (refusal !== undefined) return refusal;
      const shortfall = bench.move(load, from, to);
      if (shortfall !== undefined) return refuseShortfall(load, shortfall);
    }
    const transfers = bench.take();
    const documents: DocumentRef[] = [{ kind: 'papers', number: input.papersNumber }];
    return {
      kind: 'facts',
      events: [
        {
          type: 'shipped',
          step: purpose === 'supply' || purpose === 'loan' ? 'shipping' : 'returning',
          transfers,
          place: input.from,
          documents,
          details: {
            shipment,
            to: input.to,
            purpose,
            conveys: {
              basis: input.basis,
              ...(input.programme === undefined ? {} : { programme: input.programme }),
            },
            ...(input.recall === undefined ? {} : { recall: input.recall }),
            complete: true,
          },
        },
      ],
      answer: { shipment, quantity: transfers.reduce((sum, { quantity }) => sum + quantity, 0) },
    };
  },
};

function mayReceive(receiver: ShipInput['receiver'], { organisation }: Actor): boolean {
  const handles = ['manufacturer', 'distributor', 'hospital'].includes(receiver.kind);
  return receiver.active && handles && receiver.id !== organisation;
}

/**
 * Supply goes through every barrier. What goes back may be expired, rejected or on hold; recalled things go only to
 * the address that each recall names, and things on hold only to their maker, lest a bad lot wander.
 */
function dispatchBarrier(
  purpose: ShipmentPurpose,
  to: string,
  stock: Stock,
  load: LotLoad,
  today: string,
): Refusal | undefined {
  if (purpose === 'supply' || purpose === 'loan') return barrier(stock, load, today);
  const maker = stock.lots.get(lotId(load))?.producedBy;
  for (const restriction of restrictionsOnThings(stock, load)) {
    const goesTo = restriction.kind === 'recall' ? restriction.returnTo : maker;
    if (goesTo !== to) {
      return refuse('shipment/returns-to', {
        gtin: load.gtin,
        lot: load.lot,
        reference: restriction.reference,
        returnTo: goesTo,
      });
    }
  }
  return undefined;
}
