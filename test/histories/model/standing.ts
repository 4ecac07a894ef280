/** The plain model, part two: what stands on lots, and what is wrong with a device in hand. */
import {
  type Device,
  datesOf,
  type Line,
  type Lot,
  type Organisation,
  type Place,
  type Product,
  tracksSerials,
} from '../command.ts';
import { type Goods, type Load, onShelf, type Spot, spot, type Unit } from './goods.ts';

export interface Restriction {
  readonly kind: 'hold' | 'recall';
  /** The command that put it there. */
  readonly by: string;
  readonly serials?: readonly string[];
  readonly returnsTo?: Organisation;
}

export interface LotFacts {
  readonly made: number;
  readonly whole: boolean;
  readonly released: boolean;
}

/** What is known of lots and products beside where they are. */
export class Standing {
  readonly lots = new Map<string, LotFacts>();
  /** By `{product}/{lot}`, and by product where all of it is meant. */
  readonly restrictions = new Map<string, readonly Restriction[]>();
  /** Serial numbers that the maker recorded, `{product}/{serial}`. */
  readonly made = new Set<string>();
  /** `{product}/{lot}@{organisation}`: who has, or ever had, of which lot in its books. */
  readonly held = new Set<string>();

  copy(): Standing {
    const copy = new Standing();
    for (const [key, facts] of this.lots) copy.lots.set(key, facts);
    for (const [key, list] of this.restrictions) copy.restrictions.set(key, list);
    for (const key of this.made) copy.made.add(key);
    for (const key of this.held) copy.held.add(key);
    return copy;
  }

  lot(product: Product, lot: Lot): LotFacts | undefined {
    return this.lots.get(`${product}/${lot}`);
  }

  /** Nobody is told what stands on things of a lot that it never had. */
  hasHeld(goods: Goods, org: Organisation, { product, lot, serials }: Load): boolean {
    const owns = serials.map((serial) => goods.unit(product, serial)?.lot);
    return [lot, ...owns].some((one) => this.held.has(`${product}/${one}@${org}`));
  }

  restrict(key: string, restriction: Restriction): void {
    this.restrictions.set(key, [...(this.restrictions.get(key) ?? []), restriction]);
  }

  lift(key: string, by: string): void {
    this.restrictions.set(
      key,
      (this.restrictions.get(key) ?? []).filter((one) => one.by !== by),
    );
  }

  isExpired(product: Product, lot: Lot, day: string): boolean {
    return this.lots.has(`${product}/${lot}`) && day > datesOf(lot).expiresOn;
  }

  /** What stands on things: where it is not known to spare them, it counts. Both lots of a mislabelled unit count. */
  on(goods: Goods, { product, lot, serials }: Omit<Load, 'count'>): Restriction[] {
    const of = (one: Lot) => this.restrictions.get(`${product}/${one}`) ?? [];
    const here = [...of(lot), ...(this.restrictions.get(product) ?? [])];
    if (serials.length === 0) return here;
    const found = new Map<string, Restriction>();
    for (const serial of serials) {
      const own = goods.unit(product, serial)?.lot;
      for (const restriction of [...here, ...(own === undefined ? [] : of(own))]) {
        const spares = restriction.serials?.includes(serial) === false;
        if (!spares) found.set(restriction.by, restriction);
      }
    }
    return [...found.values()];
  }
}

/** Things of one lot as a command's lines add up to; units count for the lot of their record. */
export type LabelledLoad = Load & { readonly mislabelled: boolean };

/** @returns the loads, or the code of what is wrong with the lines */
export function loadsOf(goods: Goods, lines: readonly Line[]): LabelledLoad[] | string {
  const loads = new Map<string, LabelledLoad>();
  for (const { product, lot, count, serials = [] } of lines) {
    if (tracksSerials(product) && serials.length === 0) return 'device/serial-missing';
    const parts = new Map<Lot, string[]>();
    for (const serial of serials) {
      const own = goods.unit(product, serial)?.lot ?? lot;
      parts.set(own, [...(parts.get(own) ?? []), serial]);
    }
    const counted: [Lot, string[]][] = serials.length === 0 ? [[lot, []]] : [...parts];
    for (const [own, named] of counted) {
      const key = `${product}/${own}`;
      const before = loads.get(key);
      loads.set(key, {
        product,
        lot: own,
        count: (before?.count ?? 0) + (named.length === 0 ? (count ?? 0) : named.length),
        serials: [...(before?.serials ?? []), ...named],
        mislabelled: before?.mislabelled === true || own !== lot,
      });
    }
  }
  for (const { count, serials } of loads.values()) {
    if (serials.length > 0 && serials.length !== count) return 'device/serial-missing';
    if (new Set(serials).size !== serials.length) return 'device/serial-repeated';
  }
  return [...loads.values()];
}

/** @returns why things may not be passed on or made available, the gravest first */
export function barrier(
  standing: Standing,
  goods: Goods,
  load: LabelledLoad,
  day: string,
): string | undefined {
  const restricted = restrictedBarrier(standing, goods, load);
  if (restricted !== undefined) return restricted;
  if (load.mislabelled) return 'stock/identity-mismatch';
  if (standing.isExpired(load.product, load.lot, day)) return 'stock/expired';
  return standing.lot(load.product, load.lot)?.released === true ? undefined : 'stock/not-released';
}

export function restrictedBarrier(standing: Standing, goods: Goods, load: Load): string | undefined {
  const kinds = standing.on(goods, load).map(({ kind }) => kind);
  if (kinds.includes('recall')) return 'stock/recalled';
  return kinds.includes('hold') ? 'stock/on-hold' : undefined;
}

export interface Assessment {
  readonly findings: readonly string[];
  readonly lot: Lot;
  readonly unit: Unit | undefined;
  readonly source: Spot | undefined;
  /** Its books have it, and by a later word it is elsewhere. */
  readonly disputed: boolean;
}

/** What is wrong with a device that somebody of the organisation holds in this place. */
export function assess(
  standing: Standing,
  goods: Goods,
  { product, lot: label, serial }: Device,
  where: { readonly org: Organisation; readonly place: Place; readonly day: string },
): Assessment {
  const unit = serial === undefined ? undefined : goods.whereIs(product, serial, where.org);
  const lot = unit?.lot ?? label;
  const kinds = standing
    .on(goods, { product, lot: label, serials: serial === undefined ? [] : [serial] })
    .map(({ kind }) => kind);
  const source = sourceOf(goods, { product, lot, unit, named: serial !== undefined }, where);
  const registered = product !== 'unknown';
  const known = registered && standing.lot(product, lot) !== undefined;
  const nameless = tracksSerials(product) && unit === undefined;
  const reusable = product === 'reusable';
  const used = unit !== undefined && (unit.uses > 0 || unit.at.account === 'consumed');
  const wrong: Readonly<Record<string, boolean>> = {
    recalled: kinds.includes('recall'),
    expired: [lot, label].some((one) => standing.isExpired(product, one, where.day)),
    'on-hold': kinds.includes('hold'),
    'not-released': standing.lot(product, lot)?.released === false,
    'already-used': used && !reusable,
    'identity-mismatch': unit !== undefined && unit.lot !== label,
    'not-in-stock': source === undefined,
    elsewhere: source !== undefined && isElsewhere(source, where.place),
    'not-available': source !== undefined && !source.account.endsWith('/available'),
    // Nobody has reprocessed anything in these histories.
    'not-sterile': reusable,
    'reuse-limit': reusable && (unit?.uses ?? 0) >= 2,
    unverified: !known || nameless,
  };
  const disputed = serial !== undefined && goods.isDisputed(product, serial, where.org);
  const findings = Object.keys(wrong).filter((finding) => wrong[finding]);
  return { findings, lot, unit, source, disputed };
}

function isElsewhere({ account }: Spot, place: Place): boolean {
  return account.endsWith('/available') && !account.startsWith(`${place}/`);
}

/** Here and available, elsewhere and available, here at all, elsewhere at all. */
function sourceOf(
  goods: Goods,
  device: { product: Product; lot: Lot; unit: Unit | undefined; named: boolean },
  { org, place }: { readonly org: Organisation; readonly place: Place },
): Spot | undefined {
  if (device.named || tracksSerials(device.product)) {
    const { unit, product, lot } = device;
    if (unit === undefined || unit.at.org !== org || !onShelf(unit.at)) return undefined;
    // Counted away, or taken along by somebody else: the books bear it out no more.
    return goods.countOf({ product, lot }, unit.at, unit.title) > 0 ? unit.at : undefined;
  }
  const other: Place = place === 0 ? 1 : 0;
  const rest = (at: Place) =>
    (['awaiting-acceptance', 'contaminated', 'quarantined', 'rejected'] as const).map((condition) =>
      spot(org, at, condition),
    );
  const ranked = [
    spot(org, place, 'available'),
    spot(org, other, 'available'),
    ...rest(place),
    ...rest(other),
  ];
  return ranked.find((at) => goods.count(device.product, device.lot, at) > 0);
}
