/** What the law asks of a label before it is printed, and what of it is wanting. Pure. */
import { type Product, wasRegistered } from '../catalogue/product.ts';
import { type Refusal, refuse } from '../ledger/decision.ts';
import type { JobMark } from './job.ts';
import type { LotContent } from './job-content.ts';
import type { LabelTemplate } from './template.ts';
import { claimsAll } from './template-law.ts';
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

/**
 * @returns what the labels do not say and one would look for: that the product has no registration; or, where the
 *   template is to hold all that Order 6 of 2014, Art. 13, asks for, which of it nobody has stated
 */
export function marksOfContent(content: LotContent, template: LabelTemplate): JobMark[] {
  const { registrationNumber, registrant, production, contractManufacturer, agent } = content;
  if (registrationNumber === undefined) return ['not-registered'];
  if (!claimsAll(template)) return [];
  const imported = isImported(registrationNumber);
  // What another makes for the registrant is made at that other's address, by its licence.
  const own = contractManufacturer === undefined;
  const marks: readonly (JobMark | false)[] = [
    registrant.address === undefined && 'registrant-address-missing',
    registrant.contact === undefined && 'registrant-contact-missing',
    own && production?.address === undefined && 'production-address-missing',
    own && !imported && production?.licence === undefined && 'production-licence-missing',
    imported && agent === undefined && 'agent-missing',
  ];
  return marks.filter((mark) => mark !== false);
}

/**
 * By the number, which is written so (Order 47 of 2021, Art. 116; filings likewise): 国械注进…, and 国械备 without a
 * place; 许 is of Taiwan, Hong Kong and Macao, whose registrants have an agent too.
 */
function isImported(registrationNumber: string): boolean {
  return /^国械(注[进许]|备)/.test(registrationNumber);
}
