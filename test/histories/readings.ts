/** What the service says when it is asked: holdings, traces and lists, in the model's words; and the raw events. */

import { ledgerCollections } from '../../src/ledger/collections.ts';
import type { AnyEvent } from '../../src/ledger/event.ts';
import { at, listAt, textAt } from '../support/http.ts';
import { members } from '../support/world-facts.ts';
import {
  type Lot,
  lots,
  type Organisation,
  organisations,
  type Product,
  products,
  type Scope,
} from './command.ts';
import type { Listed, Model } from './model/model.ts';
import { Fault, type HttpHistory } from './over-http.ts';
import { keeperOf } from './requests.ts';
import { organisationOf, placeOf } from './stage.ts';

export interface OneLot {
  readonly product: Product;
  readonly lot: Lot;
}

/** @returns every lot that the model knows something of */
export function lotsSeen(model: Model): OneLot[] {
  const touched = new Set([...model.deeds.values()].flatMap(({ touches }) => touches));
  return products.flatMap((product) =>
    lots.filter((lot) => touched.has(`${product}/${lot}`)).map((lot) => ({ product, lot })),
  );
}

/** Holdings as each organisation reads its own; shipments on their way are added up. */
export async function balancesSeen(
  history: HttpHistory,
  { product, lot }: OneLot,
): Promise<[string, number][]> {
  const path = `/api/v1/lots/${history.goods.gtins[product]}/${lot}/balance`;
  const rows: [string, number][] = [];
  for (const by of organisations) {
    const answer = await history.look(path, keeperOf(by));
    if (answer === undefined) continue;
    const sum = at(answer, '/sum');
    if (by === 'maker' && product !== 'unknown' && sum !== 0) throw new Fault(`${path} adds up to ${sum}`);
    for (const row of listAt(answer, '/rows')) {
      if (at(row, '/organisation') !== members[by].id) continue;
      rows.push([`${product}/${lot}@${by} ${accountOf(row, by)}`, Number(at(row, '/quantity'))]);
    }
  }
  return rows.sort(([a], [b]) => (a < b ? -1 : 1));
}

function accountOf(row: unknown, by: Organisation): string {
  const kind = textAt(row, '/kind');
  if (kind !== 'place') return kind;
  return `${placeOf(by, textAt(row, '/place'))}/${textAt(row, '/condition')}`;
}

/** The same, as the model has it. */
export function balancesOf(model: Model, { product, lot }: OneLot): [string, number][] {
  const sums = new Map<string, number>();
  for (const [key, count] of model.balances()) {
    if (!key.startsWith(`${product}/${lot}@`)) continue;
    const plain = key.replace(/ transit:.*$/, ' transit');
    sums.set(plain, (sums.get(plain) ?? 0) + count);
  }
  return [...sums].filter(([, count]) => count !== 0).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** What an organisation did to a lot, as its trace tells it: commands, and those that have been corrected marked. */
export async function traceSeen(
  history: HttpHistory,
  by: Organisation,
  { product, lot }: OneLot,
): Promise<string[]> {
  const path = `/api/v1/lots/${history.goods.gtins[product]}/${lot}/history`;
  const answer = await history.look(path, keeperOf(by));
  if (answer === undefined) return [];
  return listAt(answer, '/entries').flatMap((entry) => {
    const own = at(entry, '/organisation') === members[by].id;
    const moves = listAt(entry, '/transfers').length > 0;
    const uses = at(entry, '/uses');
    if (!own || !(moves || (Array.isArray(uses) && uses.length > 0))) return [];
    return [
      `${history.commandOf(textAt(entry, '/event'))}${at(entry, '/correctedBy') === undefined ? '' : ' corrected'}`,
    ];
  });
}

export function traceOf(model: Model, by: Organisation, { product, lot }: OneLot): string[] {
  return [...model.deeds]
    .filter(([, deed]) => deed.by === by && deed.touches.includes(`${product}/${lot}`))
    .map(([id, { corrected }]) => `${id}${corrected ? ' corrected' : ''}`);
}

/** Where a unit is and how often it was used, as the organisation in whose books it lies reads it. */
export async function unitSeen(history: HttpHistory, product: Product, serial: string, by: Organisation) {
  const answer = await history.look(`/api/v1/units/${history.goods.gtins[product]}/${serial}`, keeperOf(by));
  if (answer === undefined) return undefined;
  return [at(answer, '/lot'), accountOf(at(answer, '/at'), by), at(answer, '/uses')];
}

/** The list of a recall as its maker reads it. */
export async function listSeen(history: HttpHistory, recall: string): Promise<Listed[]> {
  const answer = await history.look(`/api/v1/recalls/${history.idOf(recall)}/uses`, 'quality');
  return listAt(answer, '/items')
    .map(
      (item): Listed => ({
        use: history.useOf(textAt(item, '/pseudonym')),
        hospital: organisationOf(textAt(item, '/organisation')),
        late: at(item, '/late') === true,
        corrected: at(item, '/corrected') === true,
      }),
    )
    .sort((a, b) => (a.use < b.use ? -1 : 1));
}

/** The same while uses are still being recorded that nobody knows the answer of. */
export async function pseudonymsListed(history: HttpHistory, recall: string): Promise<string[]> {
  const answer = await history.look(`/api/v1/recalls/${history.idOf(recall)}/uses`, 'quality');
  return listAt(answer, '/items').map((item) => textAt(item, '/pseudonym'));
}

/** A hospital's uses of a lot, as it reads them with their patients: pseudonyms. */
export async function usesSeen(
  history: HttpHistory,
  by: 'hospitalA' | 'hospitalB',
  { product, lot }: OneLot,
) {
  const path = `/api/v1/lots/${history.goods.gtins[product]}/${lot}/patients`;
  const answer = await history.look(path, by === 'hospitalA' ? 'nurseA' : 'nurseB');
  return answer === undefined
    ? []
    : listAt(answer, '/uses')
        .map((use) => textAt(use, '/pseudonym'))
        .sort();
}

/** Every event of the history's goods, read raw: no index, no entry, no projection stands between. */
export async function rawEvents({ stage, goods }: HttpHistory): Promise<AnyEvent[]> {
  const ours = { $in: Object.values(goods.gtins) };
  const places = ['transfers.gtin', 'uses.gtin', 'about.gtin', 'details.scope.gtin'];
  const { events } = ledgerCollections(stage.database.db);
  return await events
    .find({ $or: places.map((place) => ({ [place]: ours })) }, { hint: { $natural: 1 } })
    .toArray();
}

/** By looking at every use there is: the pseudonyms of those that a scope covers. */
export function usesInScope(
  { goods }: HttpHistory,
  events: readonly AnyEvent[],
  scope: readonly Scope[],
): string[] {
  const covered = ({ gtin, lot, scannedLot, serial }: AnyEvent['uses'][number]) =>
    scope.some((item) => {
      const lotFits = item.lot === undefined || item.lot === lot || item.lot === scannedLot;
      const serialFits = item.serials === undefined || serial === undefined || item.serials.includes(serial);
      return goods.gtins[item.product] === gtin && lotFits && serialFits;
    });
  return events.flatMap(({ uses }) => uses.filter(covered).map(({ pseudonym }) => pseudonym)).sort();
}
