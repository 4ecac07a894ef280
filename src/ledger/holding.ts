/** A holding: the balances of one lot in the books of one organisation. Pure. */
import { type Account, mayBeNegative } from './account.ts';
import { type LotKey, lotId, type Transfer } from './event.ts';
import { type Title, titleKey } from './title.ts';

/** Units of one lot in one account under one title. Zero balances are not kept. */
export interface Balance {
  readonly account: Account;
  readonly title: Title;
  readonly quantity: number;
}

/** A mark that the fence of a hold or recall left: every event of a higher version saw the restriction. */
export interface FenceMark {
  readonly reference: string;
  readonly version: number;
}

export interface Holding extends LotKey {
  /** `{gtin}/{lot}`. */
  readonly lotId: string;
  readonly organisation: string;
  readonly balances: readonly Balance[];
  /** Grows by one with every event that touches the holding and with every fence. */
  readonly version: number;
  readonly fences: readonly FenceMark[];
}

/** A balance would fall below zero where it may not: the decision that led here was wrong. */
export class Overdrawn extends Error {
  constructor(organisation: string, account: Account, quantity: number) {
    super(`account ${account} of ${organisation} would hold ${quantity}`);
    this.name = 'Overdrawn';
  }
}

/** @returns the holding's document id: `{organisation}/{gtin}/{lot}`. */
export function holdingId(organisation: string, { gtin, lot }: LotKey): string {
  return `${organisation}/${gtin}/${lot}`;
}

/** @returns the holding of a lot that an organisation has never had. */
export function emptyHolding({
  organisation,
  gtin,
  lot,
}: LotKey & { readonly organisation: string }): Holding {
  return { organisation, gtin, lot, lotId: lotId({ gtin, lot }), balances: [], version: 0, fences: [] };
}

/** @returns the organisations in whose books a transfer moves something, each once. */
export function organisationsOf(transfer: Transfer): string[] {
  const { from, to } = transfer;
  return from.organisation === to.organisation ? [from.organisation] : [from.organisation, to.organisation];
}

/**
 * Applies the transfers of one event to one holding, both sides where both lie in its books.
 * @returns the new balances, ordered by account and title so that equal holdings are equal documents.
 * @throws Overdrawn after the last transfer, when a balance other than `production` or `unexplained` is negative,
 *   or `unexplained` or `production` is positive.
 */
export function applyTransfers(
  holding: Pick<Holding, 'gtin' | 'lot' | 'organisation' | 'balances'>,
  transfers: readonly Transfer[],
): Balance[] {
  const balances = new Map<string, Balance>();
  for (const balance of holding.balances) balances.set(balanceKey(balance.account, balance.title), balance);
  const add = (account: Account, title: Title, quantity: number) => {
    const key = balanceKey(account, title);
    balances.set(key, { account, title, quantity: (balances.get(key)?.quantity ?? 0) + quantity });
  };
  for (const transfer of transfers) {
    if (transfer.gtin !== holding.gtin || transfer.lot !== holding.lot) continue;
    const { from, to, title, becomes, quantity } = transfer;
    if (from.organisation === holding.organisation) add(from.account, title, -quantity);
    if (to.organisation === holding.organisation) add(to.account, becomes ?? title, quantity);
  }
  const kept = [...balances.entries()].filter(([, balance]) => balance.quantity !== 0);
  for (const [, { account, quantity }] of kept) {
    if (mayBeNegative(account) ? quantity > 0 : quantity < 0) {
      throw new Overdrawn(holding.organisation, account, quantity);
    }
  }
  return kept.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, balance]) => balance);
}

function balanceKey(account: Account, title: Title): string {
  return `${account}|${titleKey(title)}`;
}

/** @returns units in an account, over all titles or under the one given. */
export function quantityIn(
  holding: Pick<Holding, 'balances'> | undefined,
  account: Account,
  title?: Title,
): number {
  let sum = 0;
  for (const balance of holding?.balances ?? []) {
    if (balance.account !== account) continue;
    if (title === undefined || titleKey(balance.title) === titleKey(title)) sum += balance.quantity;
  }
  return sum;
}
