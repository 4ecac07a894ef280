/** What keeps things from being dispatched, accepted or made available. Pure. */
import { expiryState } from '../catalogue/expiry.ts';
import { type Refusal, refuse } from '../ledger/decision.ts';
import type { LotKey } from '../ledger/event.ts';
import { lotId } from '../ledger/event.ts';
import { restrictionsOnThings, type Stock, type Things } from './stock.ts';

/** Things, and whether the label of any of them names another lot. */
export type LabelledThings = Things & { readonly mislabelled: boolean };

/** @returns the refusal of things on which a recall or a hold stands; recalls are named before holds. */
export function restrictedBarrier(stock: Stock, things: Things): Refusal | undefined {
  const restrictions = restrictionsOnThings(stock, things);
  const first = restrictions.find(({ kind }) => kind === 'recall') ?? restrictions[0];
  if (first === undefined) return undefined;
  const { gtin, lot } = things;
  return refuse(first.kind === 'recall' ? 'stock/recalled' : 'stock/on-hold', {
    gtin,
    lot,
    reference: first.reference,
    instruction: first.instruction,
  });
}

/** @returns the refusal of a lot that has expired. */
export function expiredBarrier(stock: Stock, lot: LotKey, today: string): Refusal | undefined {
  const known = stock.lots.get(lotId(lot));
  if (known === undefined || expiryState(known, today).kind !== 'expired') return undefined;
  return refuse('stock/expired', { gtin: lot.gtin, lot: lot.lot, expiresOn: known.expiresOn });
}

/** @returns the refusal of a lot that its maker has not released. */
export function releaseBarrier(stock: Stock, lot: LotKey): Refusal | undefined {
  if (stock.lots.get(lotId(lot))?.standing === 'released') return undefined;
  return refuse('stock/not-released', { gtin: lot.gtin, lot: lot.lot });
}

/** @returns the refusal of units whose label names another lot than their record. */
export function mislabelledBarrier({ gtin, lot, mislabelled }: LabelledThings): Refusal | undefined {
  return mislabelled ? refuse('stock/identity-mismatch', { gtin, lot }) : undefined;
}

/** @returns the first reason why things may not become or stay available, nor be dispatched. */
export function barrier(stock: Stock, things: LabelledThings, today: string): Refusal | undefined {
  return (
    restrictedBarrier(stock, things) ??
    mislabelledBarrier(things) ??
    expiredBarrier(stock, things, today) ??
    releaseBarrier(stock, things)
  );
}
