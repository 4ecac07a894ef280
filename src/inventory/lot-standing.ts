/** What its maker says of a lot as a whole: released, on hold, lifted. */
import { z } from 'zod';
import { wasRegistered } from '../catalogue/product.ts';
import { text } from '../http/fields.ts';
import { type Refusal, refuse } from '../ledger/decision.ts';
import { bounds, type Commitment, type DocumentRef, type LotKey, lotId } from '../ledger/event.ts';
import type { ScopeItem } from '../ledger/event-details.ts';
import { type Actor, commandFields, type StockCommand } from './command.ts';
import { serialNumber } from './lines.ts';
import { loadStock, type Stock } from './stock.ts';

export const releaseLotBody = z.strictObject({
  ...commandFields,
  /** Number of the release certificate 放行单. */
  certificate: text({ max: 60 }).optional(),
});

export const holdLotBody = z.strictObject({
  ...commandFields,
  reason: text({ max: 2000, lines: true }),
  /** Narrows the hold to these units or sterilisation lots. */
  serials: z.array(serialNumber()).min(1).max(bounds.serialsPerEvent).optional(),
  sterilisationLots: z
    .array(text({ max: 40 }))
    .min(1)
    .max(50)
    .optional(),
});

export const liftHoldBody = z.strictObject({ ...commandFields, reason: text({ max: 2000, lines: true }) });

interface LotState {
  readonly stock: Stock;
}

async function loadLot(
  snapshot: Parameters<typeof loadStock>[0],
  actor: Actor,
  lot: LotKey,
): Promise<LotState> {
  return { stock: await loadStock(snapshot, [actor.organisation], [lot]) };
}

/** Only the lot's maker speaks of it as a whole; for all others it does not exist. */
function notOwn(stock: Stock, { gtin, lot }: LotKey, actor: Actor): Refusal | undefined {
  const known = stock.lots.get(lotId({ gtin, lot }));
  const own =
    stock.products.get(gtin)?.organisation === actor.organisation && known?.producedBy === actor.organisation;
  return own ? undefined : refuse('lot/not-yours', { gtin, lot });
}

export type ReleaseLotInput = z.output<typeof releaseLotBody> &
  LotKey & { readonly certificateNumber?: Commitment | undefined };

export const releaseLot: StockCommand<ReleaseLotInput, LotState, LotKey> = {
  load: loadLot,
  facts(input, { stock }, _bench, actor) {
    const key = { gtin: input.gtin, lot: input.lot };
    const refusal = notOwn(stock, key, actor);
    if (refusal !== undefined) return refusal;
    const lot = stock.lots.get(lotId(key));
    const product = stock.products.get(key.gtin);
    if (lot === undefined || product === undefined) return refuse('lot/not-yours', key);
    if (lot.standing === 'released') return refuse('lot/released', key);
    if (!lot.closed) return refuse('lot/open', { ...key, declaredQuantity: lot.declaredQuantity });
    if (!wasRegistered(product, lot.manufacturedOn)) {
      return refuse('lot/not-registered', { ...key, manufacturedOn: lot.manufacturedOn });
    }
    const { certificateNumber: number } = input;
    const documents: DocumentRef[] = number === undefined ? [] : [{ kind: 'certificate', number }];
    return {
      kind: 'facts',
      events: [
        {
          type: 'lotReleased',
          step: 'releasing',
          about: [key],
          documents,
          details: number === undefined ? {} : { certificate: number },
        },
      ],
      answer: key,
    };
  },
};

export type HoldLotInput = z.output<typeof holdLotBody> & LotKey & { readonly reasonText: Commitment };

export const holdLot: StockCommand<HoldLotInput, LotState, LotKey & { hold: string }> = {
  load: loadLot,
  facts(input, { stock }, _bench, actor, context) {
    const key = { gtin: input.gtin, lot: input.lot };
    const refusal = notOwn(stock, key, actor);
    if (refusal !== undefined) return refusal;
    const hold = context.eventId(0);
    const scope: ScopeItem = {
      ...key,
      ...(input.serials === undefined ? {} : { serials: input.serials }),
      ...(input.sterilisationLots === undefined ? {} : { sterilisationLots: input.sterilisationLots }),
    };
    return {
      kind: 'facts',
      events: [
        {
          type: 'lotHeld',
          step: 'holding',
          about: [key],
          details: { hold, scope: [scope], reason: input.reasonText },
        },
      ],
      answer: { ...key, hold },
    };
  },
};

export type LiftHoldInput = z.output<typeof liftHoldBody> &
  LotKey & { readonly hold: string; readonly reasonText: Commitment };

export const liftHold: StockCommand<LiftHoldInput, LotState, LotKey & { hold: string }> = {
  load: loadLot,
  facts(input, { stock }, _bench, actor) {
    const key = { gtin: input.gtin, lot: input.lot };
    const refusal = notOwn(stock, key, actor);
    if (refusal !== undefined) return refusal;
    const standing = stock.lots
      .get(lotId(key))
      ?.restrictions.some(({ kind, reference }) => kind === 'hold' && reference === input.hold);
    if (standing !== true) return refuse('lot/held-not', { ...key, hold: input.hold });
    return {
      kind: 'facts',
      events: [
        {
          type: 'holdLifted',
          step: 'holding',
          about: [key],
          details: { hold: input.hold, reason: input.reasonText },
        },
      ],
      answer: { ...key, hold: input.hold },
    };
  },
};
