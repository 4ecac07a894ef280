/** Expiry 失效日期 and near expiry 近效期, at the granularity of a day in China (day.ts). */
import { addMonths } from './day.ts';
import type { Lot } from './lot.ts';
import type { Product } from './product.ts';

export type ExpiryState =
  /** The lot has no expiry date. */
  | { readonly kind: 'none' }
  /** Today is after the expiry date. */
  | { readonly kind: 'expired' }
  /** It expires within this many months: the smallest warning that is reached. */
  | { readonly kind: 'near'; readonly months: number }
  | { readonly kind: 'ok' };

/** When to warn, in months before expiry. */
export const warnMonthsByDefault: readonly number[] = [6, 3, 1];

/**
 * A device may be used through its expiry date, that day included (ISO 15223-1, 5.1.4 "use-by date"; Order 739
 * Art. 55 forbids using an expired one).
 * @param today `YYYY-MM-DD`, {@link dayInChina} of the server's clock
 */
export function expiryState(
  lot: Pick<Lot, 'expiresOn'>,
  today: string,
  warnMonths: readonly number[] = warnMonthsByDefault,
): ExpiryState {
  const { expiresOn } = lot;
  if (expiresOn === undefined) return { kind: 'none' };
  if (today > expiresOn) return { kind: 'expired' };
  const reached = warnMonths.filter((months) => today >= addMonths(expiresOn, -months));
  return reached.length === 0 ? { kind: 'ok' } : { kind: 'near', months: Math.min(...reached) };
}

/** @returns the last use-by date that the product's shelf life gives; undefined where its maker states none. */
export function shelfLifeEnd(
  product: Pick<Product, 'shelfLifeMonths'> | undefined,
  manufacturedOn: string,
): string | undefined {
  const months = product?.shelfLifeMonths;
  return months === undefined ? undefined : addMonths(manufacturedOn, months);
}
