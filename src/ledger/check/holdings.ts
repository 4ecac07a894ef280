/** Balances and versions of every holding, from the events; and law 4's proof, use by use. */
import type { Balance, FenceMark } from '../holding.ts';
import { brokenSequence, postings, same } from './derive.ts';
import { checkFences, type Fenced, type HoldingRow, type Restrictions } from './fences.ts';
import type { Findings } from './findings.ts';
import { inStep } from './sorted-streams.ts';
import type { Raw, Source } from './source.ts';

interface BalanceRow {
  readonly key: string;
  readonly balance: Balance;
}

/** @returns how many uses were proved to carry what stood on them. */
export async function checkHoldings(
  source: Source,
  restrictions: Restrictions,
  findings: Findings,
): Promise<number> {
  let proved = 0;
  for await (const { key, first, second, third } of inStep(balances(source), stored(source), rows(source))) {
    const [holding] = second;
    const right = first.map(({ balance }) => balance);
    for (const { account, quantity } of right) {
      const mayBeNegative = account === 'production' || account === 'unexplained';
      if (mayBeNegative ? quantity > 0 : quantity < 0)
        findings.add('balance/sign', key, `${account} holds ${quantity}`);
    }
    if (third.length === 0 && right.length === 0) {
      findings.add('holding/extra', key);
      continue;
    }
    if (holding === undefined) {
      findings.add('holding/missing', key);
      continue;
    }
    const fenced = checkHolding(key, holding.document, right, third, findings);
    proved += await checkFences(source, fenced, third, restrictions, findings);
  }
  await checkSums(source, findings);
  return proved;
}

function checkHolding(
  key: string,
  document: Raw,
  right: readonly Balance[],
  written: readonly HoldingRow[],
  findings: Findings,
): Fenced {
  const { organisation, gtin, lot, lotId, version } = document;
  const own: readonly Balance[] = Array.isArray(document.balances) ? document.balances : [];
  const fences: readonly FenceMark[] = Array.isArray(document.fences) ? document.fences : [];
  if (!same(sorted(own), sorted(right))) {
    findings.add(
      'holding/balances',
      key,
      `stored ${JSON.stringify(own)}, from events ${JSON.stringify(right)}`,
    );
  }
  if (`${organisation}/${gtin}/${lot}` !== key || lotId !== `${gtin}/${lot}`)
    findings.add('holding/fields', key);
  const versions = [...written, ...fences].map((one) => one.version);
  const broken = brokenSequence(versions, Number(version));
  if (broken !== undefined) findings.add('holding/versions', key, broken);
  return { key, gtin: String(gtin), lotId: String(lotId), fences };
}

function sorted(balances: readonly Balance[]): Balance[] {
  const key = ({ account, title }: Balance) =>
    JSON.stringify([account, title?.owner, title?.basis, title?.programme]);
  return [...balances].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

async function* stored(source: Source): AsyncGenerator<{ key: string; document: Raw }> {
  for await (const document of source.find('holdings')) yield { key: String(document._id), document };
}

async function* balances(source: Source): AsyncGenerator<BalanceRow> {
  type Row = { _id: { key: string; account: Balance['account'] } & Balance['title']; quantity: number };
  for await (const { _id, quantity } of source.aggregate<Row>('events', postings())) {
    const { key, account, owner, basis, programme } = _id;
    const title = { owner, basis, ...(programme === undefined ? {} : { programme }) };
    yield { key: String(key), balance: { account, title, quantity } };
  }
}

function rows(source: Source): AsyncIterable<HoldingRow> {
  return source.aggregate<HoldingRow>('entries', [
    { $unwind: '$holdings' },
    {
      $project: {
        _id: 0,
        key: { $concat: ['$holdings.organisation', '/', '$lotId'] },
        version: '$holdings.version',
        event: 1,
        recordTime: 1,
        used: { $gt: [{ $size: { $cond: [{ $isArray: '$uses' }, '$uses', []] } }, 0] },
      },
    },
    { $match: { key: { $type: 'string' } } },
    { $sort: { key: 1, version: 1 } },
  ]);
}

/** Law 2 on what is stored, apart from the comparison with the events. */
async function checkSums(source: Source, findings: Findings): Promise<void> {
  const wrong = source.aggregate<{ _id: string; sum: number }>('holdings', [
    { $unwind: '$balances' },
    { $group: { _id: '$lotId', sum: { $sum: '$balances.quantity' } } },
    { $match: { sum: { $ne: 0 } } },
  ]);
  for await (const { _id, sum } of wrong) findings.add('lot/not-zero', String(_id), `they sum to ${sum}`);
}
