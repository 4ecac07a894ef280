/** What is recalled, as a table of a paper. */
import type { Document } from '../documents/document.ts';
import type { ScopeFacts } from './paper-facts.ts';

/** Name, model or specification, lot and other identity (Art. 15 (1)). */
export function drawProducts(paper: Document, items: readonly ScopeFacts[], level: 2 | 3 = 2): void {
  paper.heading({ zh: '召回产品', en: 'Devices recalled' }, level);
  paper.table(
    [
      { title: { zh: '产品名称', en: 'Product' }, weight: 4.6 },
      { title: { zh: '型号 / 规格', en: 'Model / specification' }, weight: 4 },
      { title: { zh: '产品标识、注册证编号', en: 'UDI-DI, registration' }, weight: 4.4 },
      { title: { zh: '批号', en: 'Lot' }, weight: 3.4 },
      { title: { zh: '失效日期', en: 'Expires' }, weight: 2.7 },
    ],
    items.map(({ name, model, gtin, registration, lot, expiresOn }) => ({
      cells: [
        name,
        model || '—',
        registration === '' ? gtin : `${gtin}\n${registration}`,
        lot,
        expiresOn || '—',
      ],
    })),
  );
  for (const { narrowed, lot } of items) {
    if (narrowed === undefined) continue;
    const number = typeof lot === 'string' ? { zh: lot, en: lot } : lot;
    paper.paragraph({
      zh: `批号 ${number.zh} 仅涉及：${narrowed.zh}。无法确认是否在此范围内的，按在范围内处理。`,
      en: `Of lot ${number.en} only: ${narrowed.en}. Where this cannot be told, treat the device as recalled.`,
    });
  }
}
