/** What the law asks of a label before it is printed, and what of it is wanting. Pure. */
import { type Product, wasRegistered } from '../catalogue/product.ts';
import { type Refusal, refuse } from '../ledger/run.ts';
import type { JobMark } from './job.ts';
import type { LotContent } from './job-content.ts';
import type { LabelLanguage } from './wording.ts';

/**
 * A product that was never registered in China may be made there for another country, whose rules its label then keeps
 * (Order 739 of 2021, Art. 59): its labels are marked. One whose registration or filing is not valid on the day of
 * manufacture is made without one (Art. 13): there is no lawful label for it, and none of another number either.
 */
export function refuseUnregistered(
  product: Pick<Product, 'gtin' | 'registrations'>,
  manufacturedOn: string,
): Refusal | undefined {
  if (product.registrations.length === 0 || wasRegistered(product, manufacturedOn)) return undefined;
  return refuse('label/not-registered', { gtin: product.gtin, manufacturedOn });
}

/**
 * A label of a device under a Chinese registration is in Chinese; other languages may stand beside it (Order 6 of 2014,
 * Art. 4).
 */
export function refuseWithoutChinese(
  { registrationNumber }: LotContent,
  languages: readonly LabelLanguage[],
): Refusal | undefined {
  if (registrationNumber === undefined || languages.includes('zh')) return undefined;
  return refuse('label/chinese-missing', { languages });
}

/** @returns what the label does not say and one would look for; these marks stay with a reprint. */
export function marksOfContent({ registrationNumber }: LotContent): JobMark[] {
  return registrationNumber === undefined ? ['not-registered'] : [];
}
