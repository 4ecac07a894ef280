/** Facts that the papers of a recall have in common, as rows to print. Pure. */
import type { Bilingual } from '../catalogue/bilingual.ts';
import type { Lot } from '../catalogue/lot.ts';
import type { Organisation } from '../catalogue/organisation.ts';
import { type Product, registrationOn } from '../catalogue/product.ts';
import type { KeyValue } from '../documents/document.ts';
import { chinaTime } from '../documents/page-furniture.ts';
import { lotId } from '../ledger/event.ts';
import type { Recall } from './recall.ts';
import { basisWords, classMeanings, classWords, joined, measureWords } from './words.ts';

/** With its zone, where a time stands alone … */
export const timeOf = (rfc3339: string): string => `${timeInTable(rfc3339)} (UTC+08:00)`;

/** … and without it in a table, whose every page says the zone at its foot. */
export const timeInTable = (rfc3339: string): string => chinaTime(new Date(rfc3339));

/** Number, class with its meaning, basis, decision. */
export function recallRows(recall: Recall): KeyValue[] {
  const words = classWords[recall.class];
  const meaning = classMeanings[recall.class];
  return [
    { key: { zh: '召回编号', en: 'Recall number' }, value: recall.number },
    {
      key: { zh: '召回级别', en: 'Class' },
      value: { zh: `${words.zh}：${meaning.zh}`, en: `${words.en}: ${meaning.en}` },
    },
    { key: { zh: '召回方式', en: 'Basis' }, value: basisWords[recall.basis] },
    { key: { zh: '作出召回决定', en: 'Decided' }, value: timeOf(recall.decidedAt) },
    {
      key: { zh: '召回措施', en: 'Measures' },
      value: joined(recall.measures.map((measure) => measureWords[measure])),
    },
  ];
}

/** The identity of what is recalled (Art. 15): an item of the scope, with the product's and the lot's facts. */
export interface ScopeFacts {
  readonly name: Bilingual;
  readonly model: string;
  readonly gtin: string;
  readonly registration: string;
  readonly lot: Bilingual | string;
  readonly expiresOn: string;
  /** What narrows the lot, in words; undefined for the whole of it. */
  readonly narrowed?: Bilingual;
}

/** @param lots by id; of a lot that nobody knows the paper says the number alone */
export function scopeFacts(
  recall: Pick<Recall, 'scope'>,
  products: ReadonlyMap<string, Product>,
  lots: ReadonlyMap<string, Lot>,
): ScopeFacts[] {
  return recall.scope.map(({ gtin, lot, serials, sterilisationLots }) => {
    const product = products.get(gtin);
    const known = lot === undefined ? undefined : lots.get(lotId({ gtin, lot }));
    const registration = product === undefined ? undefined : registrationOf(product, known?.manufacturedOn);
    const narrowing = [
      ...(serials === undefined
        ? []
        : [{ zh: `序列号 ${serials.join('、')}`, en: `serial numbers ${serials.join(', ')}` }]),
      ...(sterilisationLots === undefined
        ? []
        : [
            {
              zh: `灭菌批号 ${sterilisationLots.join('、')}`,
              en: `sterilisation lots ${sterilisationLots.join(', ')}`,
            },
          ]),
    ];
    return {
      name: product?.names ?? { zh: gtin, en: gtin },
      model: product === undefined ? '' : `${product.model} / ${product.specification}`,
      gtin,
      registration: registration ?? '',
      lot: lot ?? { zh: '全部批号', en: 'all lots' },
      expiresOn: known?.expiresOn ?? '',
      ...(narrowing.length === 0 ? {} : { narrowed: joined(narrowing) }),
    };
  });
}

/** The registration under which the lot was made; where that is not known, the newest. */
function registrationOf(product: Product, manufacturedOn: string | undefined): string | undefined {
  const then = manufacturedOn === undefined ? undefined : registrationOn(product, manufacturedOn);
  return (then ?? product.registrations.at(-1))?.number;
}

/** @returns address and contact in one line, empty where none is known */
export function contactOf(organisation: Organisation): string {
  const { address, contact } = organisation;
  const parts = [address, contact?.person, contact?.telephone, contact?.email];
  return parts.filter((part) => part !== undefined && part !== '').join('  ');
}

/** Where devices go back, in words. */
export function returnAddressOf(
  recall: Pick<Recall, 'returnTo'>,
  registrant: Organisation,
  place: Bilingual | undefined,
): Bilingual | string {
  if (recall.returnTo === undefined) {
    return {
      zh: '本次召回未指定退回地址，请隔离存放并等待注册人通知。',
      en: 'No return address is named: keep it quarantined and wait for word of the registrant.',
    };
  }
  const contact = contactOf(registrant);
  const words = (name: Bilingual, at: Bilingual | undefined, language: 'zh' | 'en') =>
    [name[language], at?.[language], contact].filter((part) => part !== undefined && part !== '').join(' ');
  return { zh: words(registrant.name, place, 'zh'), en: words(registrant.name, place, 'en') };
}
