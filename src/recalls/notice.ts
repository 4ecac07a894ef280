/**
 * The recall notice 召回通知 to one organisation, with the content of Order 29 Art. 15, that organisation's
 * quantities by the ledger, and the reply slip 回执. It holds nothing of another organisation but the registrant,
 * and no place and no person of the addressee: the registrant prints it too. Pure but for drawing.
 */
import type { Bilingual } from '../catalogue/bilingual.ts';
import type { Lot } from '../catalogue/lot.ts';
import type { Organisation } from '../catalogue/organisation.ts';
import type { Product } from '../catalogue/product.ts';
import { createDocument, type Document, type Row } from '../documents/document.ts';
import type { BalanceRow, LotBalance, LotMovement } from './balance.ts';
import { contactOf, recallRows, returnAddressOf, type ScopeFacts, scopeFacts } from './paper-facts.ts';
import { drawProducts } from './products-table.ts';
import type { Recall } from './recall.ts';
import { coversWholeLots } from './scope.ts';
import { accountOf, classWords, no, yes } from './words.ts';

export interface NoticeFacts {
  readonly recall: Recall;
  readonly registrant: Organisation;
  readonly addressee: Organisation;
  readonly products: ReadonlyMap<string, Product>;
  readonly lots: ReadonlyMap<string, Lot>;
  readonly reason: Bilingual | undefined;
  readonly instructions: Bilingual | undefined;
  readonly returnPlace: Bilingual | undefined;
  /** Of the addressee alone. */
  readonly movements: readonly LotMovement[];
  /** Rows of the addressee alone, without places. */
  readonly balances: readonly LotBalance[];
  /** Uses in scope that the addressee recorded, and how many of them were late. */
  readonly uses: { readonly recorded: number; readonly late: number };
  readonly now: Date;
}

/** @returns the notice's own number, the same whenever it is printed. */
export function noticeNumber(recall: Pick<Recall, 'number'>, organisation: string): string {
  return `${recall.number}/N-${organisation.slice(0, 8)}`;
}

/** @throws Failure `document/too-long` past the pages that a document may have */
export function drawNotice(facts: NoticeFacts): Promise<Buffer> {
  const { recall, registrant, addressee, now } = facts;
  const paper = createDocument({
    title: { zh: '医疗器械召回通知', en: 'Medical device recall notice' },
    number: noticeNumber(recall, addressee.id),
    issuer: registrant.name.zh,
    now,
  });
  const words = classWords[recall.class];
  paper.notice({
    zh: `${words.zh}：请立即停止销售和使用下列产品，就地隔离，并转告有关科室和单位。`,
    en: `${words.en}: stop sale and use of the devices below at once, quarantine them where they are, and pass this on.`,
  });
  paper.keyValues([
    { key: { zh: '收件单位', en: 'To' }, value: addressee.name },
    { key: { zh: '注册人 / 备案人', en: 'From (registrant)' }, value: registrant.name },
    { key: { zh: '联系方式', en: 'Contact' }, value: contactOf(registrant) || '—' },
    ...recallRows(recall),
  ]);
  const identities = scopeFacts(recall, facts.products, facts.lots);
  drawProducts(paper, identities);
  paper.heading({ zh: '召回原因', en: 'Reason' });
  paper.paragraph(facts.reason ?? erased);
  drawRequirements(paper, facts);
  drawDisposal(paper, facts);
  drawQuantities(paper, facts);
  paper.signatures([{ party: { zh: '注册人 / 备案人', en: 'Registrant' }, seal: true }]);
  drawReplySlip(paper, facts, identities);
  return paper.finish();
}

const erased: Bilingual = { zh: '（文本已依法删除）', en: '(the text was erased as the law asks)' };

/** Requirements (Art. 15 (3)): what the law asks of everyone, then what the registrant asks of this recall. */
function drawRequirements(paper: Document, { addressee, instructions, uses }: NoticeFacts): void {
  const hospital = addressee.kind === 'hospital';
  paper.heading({ zh: '要求', en: 'What you are required to do' });
  paper.list([
    {
      zh: hospital
        ? '立即停止使用、停止发放所列产品，清点后移入隔离区并作标识。'
        : '立即停止销售、停止发货所列产品，清点后移入隔离区并作标识。',
      en: hospital
        ? 'Stop using and issuing the devices at once; count them, and move them to quarantine with a mark.'
        : 'Stop selling and shipping the devices at once; count them, and move them to quarantine with a mark.',
    },
    {
      zh: '已转交其他单位或科室的，立即转告本通知，并要求停止销售和使用。',
      en: 'Where you have passed devices on to others or to departments, pass this notice on at once.',
    },
    {
      zh: '在途到货照常收货并直接隔离，不得验收入合格库。',
      en: 'Take in what is still on its way and put it into quarantine, never into available stock.',
    },
    ...(hospital && uses.recorded > 0
      ? [
          {
            zh: '已用于患者的，由贵院在系统中查询患者名单并按下述说明处理；患者身份信息不离开贵院。',
            en: 'For devices already used, look up the patients in the system and follow the instructions below; their identity does not leave your hospital.',
          },
        ]
      : []),
    {
      zh: '核对下表数量，填写并盖章后退回回执，或在系统中答复。',
      en: 'Check the quantities below, then return the reply slip with your seal, or answer in the system.',
    },
  ]);
  paper.heading({ zh: '注册人的处理说明', en: 'Instructions of the registrant' }, 3);
  paper.paragraph(instructions ?? erased);
}

/** The way of disposal (Art. 15 (4)). */
function drawDisposal(paper: Document, { recall, registrant, returnPlace }: NoticeFacts): void {
  paper.heading({ zh: '处理方式', en: 'Disposal' });
  paper.keyValues([
    {
      key: { zh: '退回地址', en: 'Return address' },
      value: returnAddressOf(recall, registrant, returnPlace),
    },
    {
      key: { zh: '销毁', en: 'Destruction' },
      value: {
        zh: '未经注册人书面同意不得自行销毁；应当销毁的，在药品监督管理部门监督下进行。',
        en: 'Do not destroy without the registrant’s written consent; where it is due, the authority supervises it.',
      },
    },
  ]);
}

function drawQuantities(paper: Document, facts: NoticeFacts): void {
  paper.heading({ zh: '贵单位涉及的数量（按系统账面）', en: 'Your quantities, by the ledger' });
  paper.table(
    [
      { title: { zh: '批号', en: 'Lot' }, weight: 3.4 },
      { title: { zh: '收货', en: 'Received' }, weight: 2.2, align: 'end' },
      { title: { zh: '在库', en: 'In stock' }, weight: 2.2, align: 'end' },
      { title: { zh: '其中', en: 'Of which' }, weight: 4 },
      { title: { zh: '已使用', en: 'Used' }, weight: 2.2, align: 'end' },
      { title: { zh: '已转出', en: 'Sent on' }, weight: 2.2, align: 'end' },
      { title: { zh: '其他', en: 'Other' }, weight: 4 },
    ],
    quantityRows(facts),
    {
      whenEmpty: { zh: '账面上没有贵单位的数量。', en: 'The ledger knows of no units at your organisation.' },
    },
  );
  const { recorded, late } = facts.uses;
  if (recorded > 0) {
    paper.paragraph({
      zh: `贵院登记的使用共 ${recorded} 例${late > 0 ? `，其中召回生效后登记 ${late} 例` : ''}。`,
      en: `Uses recorded by your hospital: ${recorded}${late > 0 ? `, of which ${late} after the recall took effect` : ''}.`,
    });
  }
  if (!coversWholeLots(facts.recall.scope)) {
    paper.paragraph({
      zh: '表中为整批数量，召回仅涉及其中的一部分。',
      en: 'The quantities are of the whole lot; the recall covers a part of it.',
    });
  }
}

/** The lots that were ever the addressee's, or are on their way to it; others of the scope are above. */
function quantityRows({ movements, balances, recall }: NoticeFacts): Row[] {
  const products = new Set(recall.scope.map(({ gtin }) => gtin));
  return movements.flatMap((movement) => {
    const { gtin, lot, received, sentOn, coming } = movement;
    const rows = balances.find((balance) => balance.gtin === gtin && balance.lot === lot)?.rows ?? [];
    if (received === 0 && sentOn === 0 && coming === 0 && rows.length === 0) return [];
    // Two products may have lots of one number.
    return [quantityRow(movement, rows, products.size > 1 ? `${lot}\n${gtin}` : lot)];
  });
}

/** What came, what lies where it is in which condition, what was used and what went on. */
function quantityRow(
  { received, sentOn, coming }: LotMovement,
  rows: readonly BalanceRow[],
  lot: string,
): Row {
  const inStock = rows.filter(({ kind }) => kind === 'place');
  const stock = inStock.reduce((sum, { quantity }) => sum + quantity, 0);
  const used = rows.find(({ kind }) => kind === 'consumed')?.quantity ?? 0;
  const others = rows.filter(({ kind }) => kind !== 'place' && kind !== 'consumed');
  const unclear = others.some(({ kind }) => kind === 'missing' || kind === 'unexplained');
  const onItsWay =
    coming === 0 ? [] : [{ words: { zh: '在途、将到贵单位', en: 'on its way to you' }, quantity: coming }];
  return {
    cells: [
      lot,
      received,
      stock,
      counted(inStock.map(worded)),
      used,
      sentOn,
      counted([...others.map(worded), ...onItsWay]),
    ],
    tone: unclear ? 'danger' : 'plain',
  };
}

interface Counted {
  readonly words: Bilingual;
  readonly quantity: number;
}

function worded(row: BalanceRow): Counted {
  return { words: accountOf(row), quantity: row.quantity };
}

function counted(parts: readonly Counted[]): Bilingual | string {
  if (parts.length === 0) return '—';
  const lines = (language: 'zh' | 'en') =>
    parts.map(({ words, quantity }) => `${words[language]} ${quantity.toLocaleString('en-US')}`).join('\n');
  return { zh: lines('zh'), en: lines('en') };
}

function drawReplySlip(
  paper: Document,
  { recall, registrant, addressee }: NoticeFacts,
  items: readonly ScopeFacts[],
): void {
  paper.pageBreak();
  paper.heading({ zh: '召回通知回执', en: 'Reply slip' });
  paper.paragraph({
    zh: `请填写并加盖公章后退回：${registrant.name.zh} ${contactOf(registrant)}`,
    en: `Fill in, put your seal on it, and return it to: ${registrant.name.en}`,
  });
  const lots = items.map(({ lot }) => (typeof lot === 'string' ? lot : `${lot.zh} ${lot.en}`));
  paper.keyValues([
    { key: { zh: '通知编号', en: 'Notice' }, value: noticeNumber(recall, addressee.id) },
    { key: { zh: '回复单位', en: 'Reply of' }, value: addressee.name },
    { key: { zh: '批号', en: 'Lots' }, value: [...new Set(lots)].join('、') },
  ]);
  paper.form([
    { label: { zh: '收到通知的日期和时间', en: 'Notice received on' } },
    { label: { zh: '已停止销售和使用', en: 'Sale and use stopped' }, choices: [yes, no] },
    { label: { zh: '清点到的库存数量', en: 'Units found in stock' } },
    { label: { zh: '已隔离数量', en: 'Units quarantined' } },
    { label: { zh: '已使用数量', en: 'Units used' } },
    {
      label: { zh: '与账面数量', en: 'Against the quantities of the ledger' },
      choices: [
        { zh: '一致', en: 'they agree' },
        { zh: '不一致，说明附后', en: 'they differ; explanation attached' },
      ],
    },
    {
      label: { zh: '是否已转告下游单位或科室', en: 'Passed on to those supplied' },
      choices: [yes, { zh: '未转出过', en: 'none were supplied' }],
    },
    { label: { zh: '拟退回数量', en: 'Units to be returned' } },
    { label: { zh: '备注', en: 'Remarks' } },
  ]);
  paper.signatures([{ party: addressee.name, seal: true }]);
}
