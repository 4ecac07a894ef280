/**
 * What is wrong with a device in hand. The same pure function answers the check before use and writes the
 * deviations of a use that happened (law 3). What is not known to be right counts as wrong.
 */
import { expiryState } from '../catalogue/expiry.ts';
import { wasRegistered } from '../catalogue/product.ts';
import type { Restriction } from '../catalogue/restriction.ts';
import { type AccountRef, accountParts, placeAccount } from '../ledger/account.ts';
import { type Deviation, type LotKey, lotId } from '../ledger/event.ts';
import { quantityIn } from '../ledger/holding.ts';
import type { Unit } from '../ledger/unit.ts';
import type { Bench } from './bench.ts';
import { restrictionsOnThings, type Stock } from './stock.ts';

/** A device as it was scanned. */
export interface DeviceInHand extends LotKey {
  readonly serial?: string;
  readonly label: { readonly expiresOn?: string; readonly manufacturedOn?: string };
}

export interface Assessment {
  /** Each at most once, in the order of {@link deviations}. */
  readonly findings: readonly Deviation[];
  readonly restrictions: readonly Restriction[];
  /** The lot in whose books the device is: the unit's own, where label and record disagree. */
  readonly lot: LotKey;
  readonly unit: Unit | undefined;
  /** Where stock has it; undefined where stock of this organisation does not know it. */
  readonly source: AccountRef | undefined;
  /** This organisation's books have it, and somebody else has since stated to have it. */
  readonly disputed: boolean;
}

/** Where the device is used, and when. */
export interface Circumstances {
  readonly organisation: string;
  readonly place: string;
  /** The day of the use in China, `YYYY-MM-DD`. */
  readonly day: string;
}

/** Assesses a device against everything that is known of it. */
export function assess(bench: Bench, device: DeviceInHand, circumstances: Circumstances): Assessment {
  const { stock } = bench;
  const { organisation } = circumstances;
  const { serial } = device;
  const unit = serial === undefined ? undefined : bench.unitIn(organisation, device.gtin, serial);
  const lot: LotKey = { gtin: device.gtin, lot: unit?.lot ?? device.lot };
  const restrictions = restrictionsOnThings(stock, {
    gtin: device.gtin,
    lot: device.lot,
    ...(device.serial === undefined ? {} : { serials: [device.serial] }),
  });
  const located = locate(bench, lot, device.serial, unit, circumstances);
  const findings: (Deviation | undefined)[] = [
    restrictions.some(({ kind }) => kind === 'recall') ? 'recalled' : undefined,
    expired(stock, device, lot, circumstances.day) ? 'expired' : undefined,
    restrictions.some(({ kind }) => kind === 'hold') ? 'on-hold' : undefined,
    stock.lots.get(lotId(lot))?.standing === 'produced' ? 'not-released' : undefined,
    alreadyUsed(stock, lot, unit) ? 'already-used' : undefined,
    mismatch(stock, device, unit) ? 'identity-mismatch' : undefined,
    located.finding,
    sterile(stock, lot, unit, circumstances.day) ? undefined : 'not-sterile',
    reuseLimit(stock, lot, unit) ? 'reuse-limit' : undefined,
    unverified(stock, device, lot, unit) ? 'unverified' : undefined,
    registered(stock, lot) ? undefined : 'not-registered',
  ];
  return {
    findings: findings.filter((finding) => finding !== undefined),
    restrictions,
    lot,
    unit,
    source: located.source,
    disputed: serial !== undefined && bench.isDisputed(organisation, device.gtin, serial),
  };
}

/** The date of the lot, of the lot on the label and the one printed there all count: the earliest decides. */
function expired(stock: Stock, device: DeviceInHand, lot: LotKey, day: string): boolean {
  const dates = [
    stock.lots.get(lotId(lot))?.expiresOn,
    stock.lots.get(lotId(device))?.expiresOn,
    device.label.expiresOn,
  ];
  return dates.some(
    (expiresOn) => expiresOn !== undefined && expiryState({ expiresOn }, day).kind === 'expired',
  );
}

function alreadyUsed(stock: Stock, lot: LotKey, unit: Unit | undefined): boolean {
  if (unit === undefined || stock.products.get(lot.gtin)?.use.kind === 'reusable') return false;
  return unit.uses > 0 || unit.at.account === 'consumed';
}

/** The label says another lot than the unit's record, or other dates than the lot's. */
function mismatch(stock: Stock, { gtin, lot, label }: DeviceInHand, unit: Unit | undefined): boolean {
  if (unit !== undefined && unit.lot !== lot) return true;
  const known = stock.lots.get(lotId({ gtin, lot }));
  const differs = (a: string | undefined, b: string | undefined) =>
    a !== undefined && b !== undefined && a !== b;
  return differs(known?.expiresOn, label.expiresOn) || differs(known?.manufacturedOn, label.manufacturedOn);
}

/** Nobody has registered the product, made the lot, or made a unit with this serial number. */
function unverified(stock: Stock, device: DeviceInHand, lot: LotKey, unit: Unit | undefined): boolean {
  const product = stock.products.get(lot.gtin);
  const known = stock.lots.get(lotId(lot));
  if (product === undefined || known === undefined || known.standing === 'unverified') return true;
  if (product.trackedBy !== 'serial') return false;
  return device.serial === undefined || unit === undefined;
}

/** Unknown products and dates are `unverified` already; here only a registration that is known not to cover. */
function registered(stock: Stock, lot: LotKey): boolean {
  const product = stock.products.get(lot.gtin);
  const manufacturedOn = stock.lots.get(lotId(lot))?.manufacturedOn;
  return product === undefined || manufacturedOn === undefined || wasRegistered(product, manufacturedOn);
}

/** A reusable device is sterile by its last reprocessing alone; a single-use one by its lot's release. */
function sterile(stock: Stock, lot: LotKey, unit: Unit | undefined, day: string): boolean {
  const product = stock.products.get(lot.gtin);
  if (product?.use.kind !== 'reusable') return true;
  const state = unit?.sterile;
  return state?.released === true && day <= state.sterileUntil;
}

function reuseLimit(stock: Stock, lot: LotKey, unit: Unit | undefined): boolean {
  const use = stock.products.get(lot.gtin)?.use;
  return use?.kind === 'reusable' && use.limit !== undefined && (unit?.uses ?? 0) >= use.limit;
}

interface Located {
  readonly source: AccountRef | undefined;
  readonly finding: 'elsewhere' | 'not-available' | 'not-in-stock' | undefined;
}

/** Where the device is taken from: here if it is here, else wherever the organisation has it. */
function locate(
  bench: Bench,
  lot: LotKey,
  serial: string | undefined,
  unit: Unit | undefined,
  { organisation, place }: Circumstances,
): Located {
  // Where units are told apart, one that is not named is not known: it takes none of the others off their shelf.
  if (serial !== undefined || bench.stock.products.get(lot.gtin)?.trackedBy === 'serial') {
    const at = unit?.at;
    if (at?.organisation !== organisation || accountParts(at.account).kind !== 'place') {
      return { source: undefined, finding: 'not-in-stock' };
    }
    // A unit that its document has here, and the books no longer: things of it were moved by count.
    if (quantityIn(bench.holding(organisation, lot), at.account, unit?.title) < 1) {
      return { source: undefined, finding: 'not-in-stock' };
    }
    return { source: at, finding: findingOf(at, place) };
  }
  const accounts = (bench.holding(organisation, lot)?.balances ?? [])
    .filter(({ account, quantity }) => quantity > 0 && accountParts(account).kind === 'place')
    .map(({ account }) => ({ organisation, account }));
  const ranked = accounts.sort((a, b) => rank(a, place) - rank(b, place));
  const [source] = ranked;
  return source === undefined
    ? { source, finding: 'not-in-stock' }
    : { source, finding: findingOf(source, place) };
}

function findingOf(at: AccountRef, place: string): Located['finding'] {
  const parts = accountParts(at.account);
  if (parts.kind !== 'place') return 'not-in-stock';
  if (parts.condition !== 'available') return 'not-available';
  return parts.place === place ? undefined : 'elsewhere';
}

/** Here and available; available elsewhere; here in another condition; elsewhere in another condition. */
function rank(at: AccountRef, place: string): number {
  if (at.account === placeAccount(place, 'available')) return 0;
  const parts = accountParts(at.account);
  if (parts.kind !== 'place') return 4;
  if (parts.condition === 'available') return 1;
  return parts.place === place ? 2 : 3;
}
