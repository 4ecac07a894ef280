/**
 * The report on the recalled lots 召回批次报告, for the authority and the registrant: what was recalled, where every
 * unit is (the accounts add up to zero), every use, every deviation explained, corrections, answers, deadlines. A use
 * is a pseudonym: no patient, no person of a hospital is in it. Pure but for drawing.
 */
import type { Bilingual } from '../catalogue/bilingual.ts';
import { dayInChina } from '../catalogue/day.ts';
import type { Lot } from '../catalogue/lot.ts';
import type { Organisation } from '../catalogue/organisation.ts';
import type { Place } from '../catalogue/place.ts';
import { createDocument, type Document, type KeyValue, type Row } from '../documents/document.ts';
import type { Entry } from '../ledger/entry.ts';
import { lotId } from '../ledger/event.ts';
import type { AccountKind, BalanceRow, LotBalance } from './balance.ts';
import { drawDeadlines } from './deadline-table.ts';
import type { Deadline } from './deadlines.ts';
import type { Exposure } from './exposure.ts';
import { contactOf, recallRows, returnAddressOf, scopeFacts, timeInTable, timeOf } from './paper-facts.ts';
import { drawProducts } from './products-table.ts';
import { completionOf, type Recall, stateOf } from './recall.ts';
import { coversWholeLots, namedLots } from './scope.ts';
import type { RecallFacts } from './sight.ts';
import { isNarrowed, sees } from './viewer.ts';
import { type ConcernedSight, effectiveAtOf, progressOf } from './views.ts';
import { accountOf, deviationWords, kindWords, no, stateWords, yes } from './words.ts';

export interface ReportFacts extends RecallFacts {
  readonly sight: ConcernedSight;
  /** The catalogue's facts of the lots, by id. */
  readonly lots: ReadonlyMap<string, Lot>;
  /** Those that the reader sees. */
  readonly exposures: readonly Exposure[];
  readonly balances: readonly LotBalance[];
  /** Entries of corrections, those of writers whom the reader sees. */
  readonly corrections: readonly Entry[];
  readonly registrant: Organisation;
  readonly places: ReadonlyMap<string, Place>;
  readonly deadlines: readonly Deadline[];
  readonly now: Date;
}

/** @throws Failure `document/too-long` past the pages that a document may have */
export function drawLotReport(facts: ReportFacts): Promise<Buffer> {
  const { sight, registrant, exposures, now } = facts;
  const { recall, viewer } = sight;
  const paper = createDocument({
    title: { zh: '召回批次报告', en: 'Report on recalled lots' },
    number: `${recall.number}/R`,
    issuer: registrant.name.zh,
    now,
  });
  if (isNarrowed(viewer)) {
    paper.notice({
      zh: '本报告仅列出贵机关辖区内的单位，不含全国合计。',
      en: 'This report holds the organisations in your area only, and no totals over all.',
    });
  }
  drawRecall(paper, facts);
  drawProducts(paper, scopeFacts(recall, facts.products, facts.lots), 3);
  drawBalances(paper, facts);
  drawUses(paper, facts, exposures);
  drawDeviations(paper, exposures);
  drawCorrections(paper, facts, exposures);
  drawProgress(paper, facts);
  drawDeadlines(paper, facts.deadlines);
  paper.signatures([
    { party: { zh: '报告单位（注册人 / 备案人）', en: 'Registrant' }, seal: true },
    { party: { zh: '召回负责人', en: 'Person in charge of the recall' }, seal: false },
  ]);
  return paper.finish();
}

const unknown: Bilingual = { zh: '（未知单位）', en: '(unknown organisation)' };
const erased: Bilingual = { zh: '（文本已依法删除）', en: '(erased as the law asks)' };

function drawRecall(paper: Document, { sight, registrant, wordings, places }: ReportFacts): void {
  const { recall } = sight;
  const returnPlace = recall.returnTo === undefined ? undefined : places.get(recall.returnTo.place)?.name;
  const effectiveAt = effectiveAtOf(recall);
  paper.heading({ zh: '一、召回概况', en: '1. The recall' });
  paper.keyValues([
    { key: { zh: '注册人 / 备案人', en: 'Registrant' }, value: registrant.name },
    { key: { zh: '联系方式', en: 'Contact' }, value: contactOf(registrant) || '—' },
    ...recallRows(recall),
    {
      key: { zh: '在全部单位生效', en: 'In effect everywhere' },
      value: effectiveAt === undefined ? stateWords.deciding : timeOf(effectiveAt),
    },
    { key: { zh: '状态', en: 'State' }, value: stateWords[stateOf(recall)] },
    { key: { zh: '召回原因', en: 'Reason' }, value: wordings.get(recall.reason) ?? erased },
    { key: { zh: '处理说明', en: 'Instructions' }, value: wordings.get(recall.instructions) ?? erased },
    {
      key: { zh: '退回地址', en: 'Return address' },
      value: returnAddressOf(recall, registrant, returnPlace),
    },
    ...widenings(recall, wordings),
    ...completionTakenBack(recall),
  ]);
}

function widenings(recall: Recall, wordings: RecallFacts['wordings']) {
  return recall.steps
    .filter(({ step }) => step > 1)
    .map(({ step, decidedAt, reason }) => {
      const why = (reason === undefined ? undefined : wordings.get(reason)) ?? erased;
      const when = timeOf(decidedAt);
      return {
        key: { zh: `第 ${step - 1} 次扩大范围`, en: `Widening ${step - 1}` },
        value: { zh: `${when} ${why.zh}`, en: why.en },
      };
    });
}

/** That it was once said to be done stands in history; what is not said any more must not look as if it had never been. */
function completionTakenBack(recall: Recall): KeyValue[] {
  const { completed } = recall;
  if (completed === undefined || completionOf(recall) !== undefined) return [];
  const when = timeOf(completed.at);
  return [
    {
      key: { zh: '完成声明', en: 'Statement of completion' },
      value: {
        zh: `${when} 曾声明完成；其后扩大了召回范围，须重新声明。`,
        en: 'Stated then, and taken back by a widening of the scope since: it has to be stated again.',
      },
    },
  ];
}

function drawBalances(paper: Document, { sight, places, lots, balances }: ReportFacts): void {
  const { viewer, organisations, recall } = sight;
  const narrowed = isNarrowed(viewer);
  paper.heading({ zh: '二、物料平衡', en: '2. Mass balance' });
  paper.paragraph({
    zh: '每一件产品都记在一个账户内；生产和来源不明以负数计，故各账户之和为零。',
    en: 'Every unit stands in one account; made and without a history count negative, so the accounts add up to zero.',
  });
  if (!coversWholeLots(recall.scope)) {
    paper.paragraph({
      zh: '召回仅涉及部分序列号或灭菌批号，下列数量为整批数量。',
      en: 'The recall covers serial numbers or sterilisation lots; the quantities are of the whole lot.',
    });
  }
  const { listed, summed } = balancesToPrint(recall, balances, lots);
  for (const balance of listed) {
    const rows = balance.rows.filter(({ organisation }) => sees(viewer, organisation, organisations));
    paper.heading(`${balance.gtin}  ${balance.lot}`, 3);
    drawLotFacts(paper, balance, lots.get(lotId(balance)), narrowed);
    paper.table(
      [
        { title: { zh: '单位', en: 'Organisation' }, weight: 6 },
        { title: { zh: '地点', en: 'Place' }, weight: 4 },
        { title: { zh: '账户', en: 'Account' }, weight: 5 },
        { title: { zh: '数量（件）', en: 'Units' }, weight: 2.4, align: 'end' },
      ],
      [...rows.map((row) => balanceRow(row, sight, places)), ...(narrowed ? [] : [totalRow(balance)])],
    );
  }
  if (summed.length > 0) drawUnverified(paper, summed, sight);
}

/** So many lots that no maker has said it made are printed one by one, like all others. */
const unverifiedOneByOne = 200;

/** Anybody can name lots of a product in open scope: that must not make a report that nobody can print or read. */
function balancesToPrint(
  { scope }: Pick<Recall, 'scope'>,
  balances: readonly LotBalance[],
  lots: ReportFacts['lots'],
): { readonly listed: readonly LotBalance[]; readonly summed: readonly LotBalance[] } {
  const named = new Set(namedLots(scope).map(lotId));
  const isUnverified = (balance: LotBalance) =>
    !named.has(lotId(balance)) && (lots.get(lotId(balance))?.standing ?? 'unverified') === 'unverified';
  const unverified = balances.filter(isUnverified);
  if (unverified.length <= unverifiedOneByOne) return { listed: balances, summed: [] };
  return { listed: balances.filter((balance) => !isUnverified(balance)), summed: unverified };
}

function drawUnverified(paper: Document, balances: readonly LotBalance[], sight: ConcernedSight): void {
  const { viewer, organisations } = sight;
  const sums = new Map<
    string,
    { readonly row: BalanceRow; readonly lots: number; readonly quantity: number }
  >();
  for (const row of balances.flatMap(({ rows }) => rows)) {
    if (!sees(viewer, row.organisation, organisations)) continue;
    const key = [row.organisation, row.kind, row.condition].join('|');
    const { lots, quantity } = sums.get(key) ?? { lots: 0, quantity: 0 };
    sums.set(key, { row, lots: lots + 1, quantity: quantity + row.quantity });
  }
  paper.heading({ zh: '无生产记录的批号', en: 'Lots without a record of being made' }, 3);
  paper.paragraph({
    zh: `另有 ${balances.length} 个批号无生产记录，仅由下列单位录入，按单位和账户合计；逐批数量见系统中的物料平衡。`,
    en: `Of ${balances.length} more lots nobody has said that it made them; the organisations below have named them. They are summed up here by organisation and account; lot by lot they are in the mass balance in the system.`,
  });
  paper.table(
    [
      { title: { zh: '单位', en: 'Organisation' }, weight: 6 },
      { title: { zh: '账户', en: 'Account' }, weight: 5 },
      { title: { zh: '批数', en: 'Lots' }, weight: 2.4, align: 'end' },
      { title: { zh: '数量（件）', en: 'Units' }, weight: 2.4, align: 'end' },
    ],
    [...sums.values()].map(({ row, lots, quantity }): Row => {
      const name = organisations.get(row.organisation)?.name ?? unknown;
      return { cells: [name, accountOf(row), lots, quantity], tone: 'danger' };
    }),
  );
}

/** When the lot was made and how it was sterilised; and, where nothing is withheld, where all of it went. */
function drawLotFacts(paper: Document, { rows }: LotBalance, lot: Lot | undefined, narrowed: boolean): void {
  const sterilised = lot?.sterilisationLots.map(({ id }) => id).join(', ') || '—';
  const made = lot?.manufacturedOn ?? '—';
  const expires = lot?.expiresOn ?? '—';
  paper.paragraph({
    zh: `生产日期 ${made}，失效日期 ${expires}，灭菌批号 ${sterilised}。`,
    en: `Made ${made}, expires ${expires}, sterilisation lots ${sterilised}.`,
  });
  if (narrowed) return;
  const sums = new Map<AccountKind, number>();
  for (const { kind, quantity } of rows) sums.set(kind, (sums.get(kind) ?? 0) + quantity);
  const [sources, sinks] = [
    [...sums].filter(([, quantity]) => quantity < 0),
    [...sums].filter(([, quantity]) => quantity > 0),
  ];
  const side = (parts: typeof sources, language: 'zh' | 'en') =>
    parts
      .map(([kind, quantity]) => `${kindWords[kind][language]} ${Math.abs(quantity).toLocaleString('en-US')}`)
      .join(' + ') || '0';
  paper.paragraph({
    zh: `${side(sources, 'zh')} = ${side(sinks, 'zh')}`,
    en: `${side(sources, 'en')} = ${side(sinks, 'en')}`,
  });
}

function balanceRow(row: BalanceRow, { organisations }: ConcernedSight, places: ReportFacts['places']): Row {
  const name = organisations.get(row.organisation)?.name ?? unknown;
  const place = row.place === undefined ? '' : (places.get(row.place)?.name ?? row.place);
  const danger = row.kind === 'missing' || row.kind === 'unexplained';
  return { cells: [name, place, accountOf(row), row.quantity], tone: danger ? 'danger' : 'plain' };
}

function totalRow({ total }: LotBalance): Row {
  return { cells: [{ zh: '合计（应为零）', en: 'Sum (must be zero)' }, '', '', total], tone: 'total' };
}

function drawUses(paper: Document, { sight }: ReportFacts, exposures: readonly Exposure[]): void {
  const late = exposures.filter((exposure) => exposure.late).length;
  const corrected = exposures.filter(({ correctedBy }) => correctedBy !== undefined).length;
  paper.heading({ zh: '三、使用记录', en: '3. Uses' });
  paper.paragraph({
    zh: `共 ${exposures.length} 条，其中召回生效后登记 ${late} 条，已更正 ${corrected} 条。患者以每次使用的随机代号表示。`,
    en: `${exposures.length} records, of which ${late} were made after the recall took effect and ${corrected} were corrected. A patient is a pseudonym, random for each use.`,
  });
  paper.table(
    [
      { title: { zh: '使用代号', en: 'Pseudonym' }, weight: 4.4 },
      { title: { zh: '使用日期', en: 'Used on' }, weight: 2.6 },
      { title: { zh: '医院', en: 'Hospital' }, weight: 4.6 },
      { title: { zh: '批号、序列号', en: 'Lot, serial' }, weight: 3.2 },
      { title: { zh: '植入', en: 'Implanted' }, weight: 2.5 },
      { title: { zh: '标记', en: 'Marks' }, weight: 3.6 },
    ],
    exposures.map((exposure) => useRow(exposure, sight)),
  );
}

function useRow(exposure: Exposure, { organisations }: ConcernedSight): Row {
  const { pseudonym, usedAt, organisation, lot, scannedLot, serial, issuer, implanted } = exposure;
  const marks = [
    ...(exposure.late ? [{ zh: '生效后登记', en: 'late' }] : []),
    ...(exposure.correctedBy === undefined ? [] : [{ zh: '已更正', en: 'corrected' }]),
    ...(exposure.deviations.length === 0 ? [] : [{ zh: '有偏差', en: 'deviation' }]),
  ];
  const things = [lot, ...(scannedLot === undefined ? [] : [`(${scannedLot})`])];
  // A hospital's item code is its own, and no serial number of the maker.
  if (serial !== undefined && issuer === 'maker') things.push(serial);
  return {
    cells: [
      pseudonym,
      dayInChina(new Date(usedAt)),
      organisations.get(organisation)?.name ?? unknown,
      things.join('\n'),
      implanted ? yes : no,
      { zh: marks.map(({ zh }) => zh).join('、') || '—', en: marks.map(({ en }) => en).join(', ') },
    ],
    tone: exposure.late ? 'danger' : 'plain',
  };
}

function drawDeviations(paper: Document, exposures: readonly Exposure[]): void {
  paper.heading({ zh: '四、偏差说明', en: '4. Deviations explained' });
  paper.table(
    [
      { title: { zh: '使用代号', en: 'Pseudonym' }, weight: 6.6 },
      { title: { zh: '使用日期', en: 'Used on' }, weight: 2.4 },
      { title: { zh: '偏差', en: 'Deviation' }, weight: 7 },
    ],
    exposures.flatMap(({ pseudonym, usedAt, deviations }) =>
      deviations.map((deviation): Row => {
        const cells = [pseudonym, dayInChina(new Date(usedAt)), deviationWords[deviation]];
        return { cells, tone: 'plain' };
      }),
    ),
  );
}

function drawCorrections(paper: Document, facts: ReportFacts, exposures: readonly Exposure[]): void {
  const { organisations } = facts.sight;
  const inOrder = [...facts.corrections].sort((a, b) =>
    a.recordTime === b.recordTime ? (a.id < b.id ? -1 : 1) : a.recordTime < b.recordTime ? -1 : 1,
  );
  // One of several lots has an entry in each.
  const corrections = new Map(inOrder.map((entry) => [entry.event, entry]));
  const usesOf = Map.groupBy(exposures, ({ correctedBy }) => correctedBy);
  paper.heading({ zh: '五、更正', en: '5. Corrections' });
  paper.table(
    [
      { title: { zh: '更正时间', en: 'Corrected' }, weight: 4 },
      { title: { zh: '单位', en: 'By' }, weight: 5 },
      { title: { zh: '涉及的使用代号', en: 'Uses concerned' }, weight: 6 },
    ],
    [...corrections.values()].map(({ event, organisation, recordTime }) => {
      const uses = usesOf.get(event) ?? [];
      const none = { zh: '无（库存更正）', en: 'None (stock)' };
      const named = uses.map(({ pseudonym }) => pseudonym).join('\n');
      const by = organisations.get(organisation)?.name ?? unknown;
      // What goes on inside a hospital is told outside it by the day, as uses are.
      const day = dayInChina(new Date(recordTime));
      return { cells: [day, by, named === '' ? none : named] };
    }),
  );
}

function drawProgress(paper: Document, facts: ReportFacts): void {
  paper.heading({ zh: '六、通知与答复', en: '6. Notices and answers' });
  paper.table(
    [
      { title: { zh: '单位', en: 'Organisation' }, weight: 6 },
      { title: { zh: '通知送达', en: 'Notice reached' }, weight: 3.6 },
      { title: { zh: '答复', en: 'Answered' }, weight: 3.6 },
      { title: { zh: '库存', en: 'Found' }, weight: 2, align: 'end' },
      { title: { zh: '隔离', en: 'Quarantined' }, weight: 2.6, align: 'end' },
      { title: { zh: '使用', en: 'Used' }, weight: 2, align: 'end' },
    ],
    progressOf(facts.sight, facts).map(({ name, notifiedAt, answer }): Row => {
      const waiting = { zh: '未送达', en: 'not yet' };
      const reached = notifiedAt === undefined ? waiting : timeInTable(notifiedAt);
      const numbers = answer === undefined ? ['', '', ''] : [answer.found, answer.quarantined, answer.used];
      const answered = answer === undefined ? { zh: '未答复', en: 'not yet' } : timeInTable(answer.at);
      return { cells: [name ?? unknown, reached, answered, ...numbers] };
    }),
  );
}
