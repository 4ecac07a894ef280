/**
 * Accounts of the double-entry ledger of things. An account lies in the books of one organisation; the books
 * are named beside it, so that a holding can be derived from an event alone, without asking the catalogue.
 */

/** Conditions of stock in a place: 待验, 合格, 不合格, 隔离, 污染, 处理中. */
export const conditions = [
  'awaiting-acceptance',
  'available',
  'rejected',
  'quarantined',
  'contaminated',
  'processing',
] as const;
export type Condition = (typeof conditions)[number];

export type Account =
  /** Where a lot comes from: minus the quantity made. */
  | 'production'
  | `place/${string}/${Condition}`
  /** Shipped, not yet received: in the sender's books. */
  | `transit/${string}`
  /** Built into a kit (a kit lot or a kit unit). */
  | `inside/${string}`
  | 'consumed'
  | 'destroyed'
  /** Delivered to one that does not scan here; known from papers and answers. */
  | 'reported'
  /** Lost; at least 0. */
  | 'missing'
  /** Present without a history; at most 0. Never netted against `missing` but by an event `reconciled`. */
  | 'unexplained';

/** An account, and the organisation in whose books it lies. */
export interface AccountRef {
  readonly organisation: string;
  readonly account: Account;
}

const plainAccounts = [
  'production',
  'consumed',
  'destroyed',
  'reported',
  'missing',
  'unexplained',
] as const satisfies readonly Exclude<Account, `${string}/${string}`>[];

/** What an account is, taken apart once. */
export type AccountParts =
  | { readonly kind: 'place'; readonly place: string; readonly condition: Condition }
  | { readonly kind: 'transit'; readonly shipment: string }
  | { readonly kind: 'inside'; readonly kit: string }
  | { readonly kind: Exclude<Account, `${string}/${string}`> };

/** @returns the account of stock at a place in a condition. */
export function placeAccount(place: string, condition: Condition): Account {
  return `place/${place}/${condition}`;
}

/** @returns the parts of an account. @throws when the text is no account: stored history is damaged. */
export function accountParts(account: Account): AccountParts {
  const slash = account.indexOf('/');
  const plain = plainAccounts.find((known) => known === account);
  if (plain !== undefined) return { kind: plain };
  const head = account.slice(0, slash);
  const tail = account.slice(slash + 1);
  if (tail === '') throw new Error(`not an account: ${account}`);
  if (head === 'transit') return { kind: 'transit', shipment: tail };
  if (head === 'inside') return { kind: 'inside', kit: tail };
  const last = tail.lastIndexOf('/');
  const condition = conditions.find((known) => known === tail.slice(last + 1));
  if (head !== 'place' || last <= 0 || condition === undefined) throw new Error(`not an account: ${account}`);
  return { kind: 'place', place: tail.slice(0, last), condition };
}

/** Law 2: only these two may fall below zero. */
export function mayBeNegative(account: Account): boolean {
  return account === 'production' || account === 'unexplained';
}
