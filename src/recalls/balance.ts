/** The mass balance of a recall: where every unit of each lot is, by organisation and kind of account. Pure. */
import { type AccountParts, accountParts, type Condition } from '../ledger/account.ts';
import { type LotKey, lotId } from '../ledger/event.ts';
import type { Situation } from './situation.ts';

export type AccountKind = AccountParts['kind'];

/** Units of one lot in one organisation's accounts of one kind; titles are added up, for a recall ignores them. */
export interface BalanceRow {
  readonly organisation: string;
  readonly kind: AccountKind;
  /** Of stock. */
  readonly condition?: Condition;
  /** Of stock, where the reader sees places. */
  readonly place?: string;
  readonly quantity: number;
}

export interface LotBalance extends LotKey {
  readonly rows: readonly BalanceRow[];
  /** All rows added up: 0, or history is damaged (law 2). */
  readonly total: number;
}

/** In the order of a paper: where it came from, where it lies, where it went, what is not explained. */
const order: readonly AccountKind[] = [
  'production',
  'place',
  'inside',
  'transit',
  'consumed',
  'destroyed',
  'reported',
  'missing',
  'unexplained',
];

/**
 * @param showsPlaces whether the reader sees an organisation's places; elsewhere stock is added up by condition
 * @returns a balance for each lot in scope, those without any holding included
 */
export function balancesOf(
  { lots, holdings, recall }: Pick<Situation, 'lots' | 'holdings' | 'recall'>,
  showsPlaces: (organisation: string) => boolean,
): LotBalance[] {
  const byLot = Map.groupBy(holdings, ({ lotId: id }) => id);
  return lots.map((lot) => {
    const rows = new Map<string, BalanceRow>();
    for (const { organisation, balances } of byLot.get(lotId(lot)) ?? []) {
      for (const { account, quantity } of balances) {
        const row = rowOf(organisation, accountParts(account), quantity, showsPlaces(organisation));
        const key = [organisation, row.kind, row.condition, row.place].join('|');
        rows.set(key, { ...row, quantity: row.quantity + (rows.get(key)?.quantity ?? 0) });
      }
    }
    const sorted = [...rows.values()]
      .filter(({ quantity }) => quantity !== 0)
      .sort((a, b) => compareRows(a, b, recall.organisation));
    return { ...lot, rows: sorted, total: sorted.reduce((sum, { quantity }) => sum + quantity, 0) };
  });
}

function rowOf(
  organisation: string,
  parts: AccountParts,
  quantity: number,
  showsPlaces: boolean,
): BalanceRow {
  if (parts.kind !== 'place') return { organisation, kind: parts.kind, quantity };
  const { kind, condition, place } = parts;
  return { organisation, kind, condition, ...(showsPlaces ? { place } : {}), quantity };
}

/** The registrant first, then by organisation; within one in the order above. */
function compareRows(a: BalanceRow, b: BalanceRow, registrant: string): number {
  if (a.organisation !== b.organisation) {
    if (a.organisation === registrant) return -1;
    if (b.organisation === registrant) return 1;
    return a.organisation < b.organisation ? -1 : 1;
  }
  const byKind = order.indexOf(a.kind) - order.indexOf(b.kind);
  if (byKind !== 0) return byKind;
  const key = ({ condition, place }: BalanceRow) => `${condition ?? ''}|${place ?? ''}`;
  return key(a) < key(b) ? -1 : 1;
}

/** What went through one organisation's hands, for its notice. */
export interface LotMovement extends LotKey {
  /** Received from others, receipts that were corrected away taken off. */
  readonly received: number;
  /** Sent on, what is still on its way included. */
  readonly sentOn: number;
  /** Sent to it and not received: in the senders' books, and the addressee's to know. */
  readonly coming: number;
}

/** Goods change hands through the sender's transit account: into it they are sent, out of it received. */
export function movementsOf(
  situation: Pick<Situation, 'lots' | 'entries' | 'holdings' | 'addressees'>,
  organisation: string,
): LotMovement[] {
  const { lots, addressees } = situation;
  const entriesByLot = Map.groupBy(situation.entries, ({ lotId: id }) => id);
  const holdingsByLot = Map.groupBy(situation.holdings, ({ lotId: id }) => id);
  return lots.map((lot) => {
    let received = 0;
    let sentOn = 0;
    const [entries, holdings] = [entriesByLot.get(lotId(lot)) ?? [], holdingsByLot.get(lotId(lot)) ?? []];
    const transfers = entries.flatMap((entry) => entry.transfers);
    for (const { from, to, quantity } of transfers) {
      const out = from.organisation === organisation;
      const into = to.organisation === organisation;
      if (into && !out && isTransit(from.account)) received += quantity;
      if (out && !into && isTransit(to.account)) received -= quantity;
      if (out && into && !isTransit(from.account) && isTransit(to.account)) sentOn += quantity;
      if (out && into && isTransit(from.account) && accountParts(to.account).kind === 'place')
        sentOn -= quantity;
    }
    return { ...lot, received, sentOn, coming: comingTo({ entries, holdings, addressees }, organisation) };
  });
}

/** Of one lot, all of whose entries and holdings are given. */
function comingTo(
  { entries, holdings, addressees }: Pick<Situation, 'entries' | 'holdings' | 'addressees'>,
  organisation: string,
): number {
  const shipments = new Set(
    entries
      .filter((entry) => addressees.get(entry.event) === organisation)
      .flatMap(({ transfers }) => transfers.map(({ to }) => `${to.organisation}|${to.account}`)),
  );
  return holdings
    .flatMap(({ organisation: sender, balances }) =>
      balances.filter(({ account }) => isTransit(account) && shipments.has(`${sender}|${account}`)),
    )
    .reduce((sum, { quantity }) => sum + quantity, 0);
}

function isTransit(account: Parameters<typeof accountParts>[0]): boolean {
  return accountParts(account).kind === 'transit';
}
