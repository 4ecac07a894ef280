/** A recall notice as the recalls room writes one: the usage example of the toolkit, and the tests' document. */
import { createDocument, type Document, type Language, type Row } from '../../src/documents/document.ts';

export const sampleNow = new Date('2026-11-24T02:30:00Z');

export function sampleNotice(language: Language = 'zh-CN', rows = 12): Document {
  const paper = createDocument({
    title: { zh: '医疗器械召回通知', en: 'Medical device recall notice' },
    number: 'PPS-RC-2026-0003/N-017',
    issuer: '苏州澄明医疗器械有限公司',
    now: sampleNow,
    language,
  });
  paper.notice({
    zh: '一级召回：请立即停止使用、停止发放以下批次产品，并就地隔离。',
    en: 'Class I recall: stop using and issuing the lots below at once, and quarantine them where they are.',
  });
  paper.keyValues([
    { key: { zh: '收件单位', en: 'To' }, value: '示例市第一人民医院 医用耗材管理部门' },
    {
      key: { zh: '产品名称', en: 'Product' },
      value: { zh: '一次性使用管型吻合器', en: 'Circular stapler, single use' },
    },
    { key: { zh: '型号 / 规格', en: 'Model / specification' }, value: 'PPS-3.0-CS / 29 mm' },
    { key: { zh: '注册证编号', en: 'Registration number' }, value: '国械注准20213020001' },
    { key: { zh: '召回数量', en: 'Quantity recalled' }, value: 1240 },
  ]);
  paper.heading({ zh: '召回原因', en: 'Reason' });
  paper.paragraph({
    zh: '在留样检验中发现，部分吻合器的成钉高度超出规定范围，可能导致吻合口闭合不全。截至目前共收到不良事件报告两例，患者均已康复。',
    en: 'Retained samples showed staples formed outside the specified height, so that the anastomosis may not close completely. Two adverse events have been reported; both patients’ recovery is complete.',
  });
  paper.heading({ zh: '处理要求', en: 'What to do' });
  paper.list([
    { zh: '立即停止使用，并将库存转入隔离区。', en: 'Stop use at once and move the stock to quarantine.' },
    {
      zh: '核对下表数量，三日内寄回回执。',
      en: 'Check the quantities below and return the reply slip within three days.',
    },
    {
      zh: '已植入的吻合钉不取出；按附件要求随访患者。',
      en: 'Staples in place are not removed; follow patients up as the annex says.',
    },
  ]);
  paper.heading({ zh: '贵单位涉及的产品', en: 'Devices at your organisation' });
  paper.table(
    [
      { title: { zh: '批号', en: 'Lot' }, weight: 3 },
      { title: { zh: '地点', en: 'Place' }, weight: 4 },
      { title: { zh: '状态', en: 'Condition' }, weight: 3 },
      { title: { zh: '收货', en: 'Received' }, weight: 2, align: 'end' },
      { title: { zh: '在库', en: 'In stock' }, weight: 2, align: 'end' },
    ],
    sampleRows(rows),
  );
  paper.cutLine({ zh: '回执（请沿此线裁下）', en: 'Reply slip (cut here)' });
  paper.form([
    { label: { zh: '收到日期', en: 'Received on' } },
    {
      label: { zh: '处理情况', en: 'Done' },
      choices: [
        { zh: '全部隔离', en: 'all quarantined' },
        { zh: '无库存', en: 'none in stock' },
      ],
    },
  ]);
  paper.signatures([
    { party: { zh: '使用单位', en: 'Hospital' }, seal: true },
    { party: { zh: '注册人', en: 'Registrant' }, name: '张晓明', date: '2026-11-24', seal: true },
  ]);
  return paper;
}

export function lotOfRow(row: number): string {
  return `PPS3-${String(26_000 + row)}/A%${row}`;
}

function* sampleRows(count: number): Generator<Row> {
  for (let row = 1; row <= count; row += 1) {
    yield {
      cells: [lotOfRow(row), `二级库 ${row}`, { zh: '隔离', en: 'quarantined' }, 1000 + row, row],
      tone: row === 3 ? 'danger' : 'plain',
    };
  }
  yield { cells: [{ zh: '合计', en: 'Total' }, '', '', 1240, 78], tone: 'total' };
}
