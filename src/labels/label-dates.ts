/** Which dates the labels of a lot bear. Pure. */
import { shelfLifeEnd } from '../catalogue/expiry.ts';
import type { Lot } from '../catalogue/lot.ts';
import type { Product } from '../catalogue/product.ts';
import { type Refusal, refuse } from '../ledger/decision.ts';
import type { LotKey } from '../ledger/event.ts';

/** `YYYY-MM-DD`. */
export interface LabelDates {
  readonly manufacturedOn: string;
  readonly expiresOn?: string;
}

/** As a request states them. */
interface StatedDates {
  readonly manufacturedOn?: string | undefined;
  readonly expiresOn?: string | undefined;
}

/** @returns whether a lot is one that its maker has recorded: what others scan says nothing of its dates. */
export function isRecorded(lot: Lot | undefined): lot is Lot {
  return lot !== undefined && lot.standing !== 'unverified';
}

/**
 * What was recorded goes before what is stated; where nothing is recorded, what is stated is printed, up to the end of
 * the shelf life for which the product is registered (Order 6 Art. 13 (5)). An earlier use-by date is the maker's choice.
 */
export function datesOf(
  key: LotKey,
  stated: StatedDates,
  product: Pick<Product, 'shelfLifeMonths'>,
  lot: Lot | undefined,
): LabelDates | Refusal {
  const recorded = isRecorded(lot) ? lot : undefined;
  const manufacturedOn = recorded?.manufacturedOn ?? stated.manufacturedOn;
  if (manufacturedOn === undefined) return refuse('label/dates-missing', { ...key });
  const lastDay = shelfLifeEnd(product, manufacturedOn);
  const expiresOn = recorded === undefined ? (stated.expiresOn ?? lastDay) : recorded.expiresOn;
  const agrees =
    [undefined, manufacturedOn].includes(stated.manufacturedOn) &&
    [undefined, expiresOn].includes(stated.expiresOn) &&
    (expiresOn === undefined || expiresOn > manufacturedOn);
  if (!agrees) return refuse('lot/contradicts', { ...key });
  if (recorded === undefined && expiresOn !== undefined && lastDay !== undefined && expiresOn > lastDay) {
    return refuse('lot/beyond-shelf-life', { ...key, expiresOn, lastDay });
  }
  return { manufacturedOn, ...(expiresOn === undefined ? {} : { expiresOn }) };
}

/** @returns whether labels with these dates say what others do. */
export function sameDates(one: StatedDates, other: StatedDates): boolean {
  return one.manufacturedOn === other.manufacturedOn && one.expiresOn === other.expiresOn;
}
