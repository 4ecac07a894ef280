/**
 * The plain model, part one: where things are. Counts by lot, organisation, account and title, and where each unit
 * lies. Shares no code with the service.
 */
import type { Condition, Lot, Organisation, Place, Product } from '../command.ts';

export interface Spot {
  readonly org: Organisation;
  /** `production`, `0/available`, `transit:…`, `consumed`, `destroyed`, `missing`, `unexplained`. */
  readonly account: string;
}

/** Whose a thing is: `{owner}:{basis}`. */
export type Title = `${Organisation}:${'bought' | 'consignment' | 'loan' | 'donated' | 'unknown'}`;

/** So many of a lot, or one unit, from here to there. */
export interface Move {
  readonly product: Product;
  readonly lot: Lot;
  readonly count: number;
  readonly serial?: string;
  readonly from: Spot;
  readonly to: Spot;
  readonly title: Title;
  /** Where it changes hands. */
  readonly becomes?: Title;
}

export interface Unit {
  readonly lot: Lot;
  readonly at: Spot;
  readonly title: Title;
  readonly uses: number;
  /** Where the last thing that was said in each organisation's books has left it there. */
  readonly books?: Readonly<
    Partial<Record<Organisation, { readonly at: Spot; readonly title: Title } | null>>
  >;
  /** Where each event has put it, oldest first. */
  readonly log: readonly {
    readonly event: string;
    readonly corrects?: string;
    readonly to: Spot;
    readonly title: Title;
  }[];
}

export interface Load {
  readonly product: Product;
  readonly lot: Lot;
  readonly count: number;
  readonly serials: readonly string[];
}

export interface TakeOptions {
  readonly becomes?: (title: Title) => Title;
  readonly only?: Title;
  readonly first?: Title;
}

export function spot(org: Organisation, place: Place, condition: Condition): Spot {
  return { org, account: `${place}/${condition}` };
}

export function sameSpot(a: Spot, b: Spot): boolean {
  return a.org === b.org && a.account === b.account;
}

/** @returns whether things there lie on a shelf. */
export function onShelf({ account }: Spot): boolean {
  return /^[01]\//.test(account);
}

export class Goods {
  /** `{product}/{lot}@{organisation}` → `{account} {title}` → units. Zeros are not kept. */
  readonly counts = new Map<string, Map<string, number>>();
  /** `{product}/{serial}`. */
  readonly units = new Map<string, Unit>();
  private readonly owners: readonly Organisation[];
  private back: (() => void)[] = [];
  private laid: Move[] = [];

  /** @param owners in the order in which things of several owners are drawn from one shelf */
  constructor(owners: readonly Organisation[]) {
    this.owners = owners;
  }

  copy(): Goods {
    const copy = new Goods(this.owners);
    for (const [key, counts] of this.counts) copy.counts.set(key, new Map(counts));
    for (const [key, unit] of this.units) copy.units.set(key, unit);
    return copy;
  }

  /** Begins anew to note what is laid. */
  start(): void {
    this.back = [];
    this.laid = [];
  }

  /** @returns what was laid since the start, or since a mark. */
  lays(mark = 0): Move[] {
    return this.laid.slice(mark);
  }

  /** Takes back all that was done since the start, or since a moment. */
  rollBack(to: readonly [back: number, laid: number] = [0, 0]): void {
    while (this.back.length > to[0]) this.back.pop()?.();
    this.laid = this.laid.slice(0, to[1]);
  }

  moment(): readonly [back: number, laid: number] {
    return [this.back.length, this.laid.length];
  }

  count(product: Product, lot: Lot, { org, account }: Spot): number {
    let sum = 0;
    for (const [key, count] of this.counts.get(`${product}/${lot}@${org}`) ?? []) {
      if (key.startsWith(`${account} `)) sum += count;
    }
    return sum;
  }

  unit(product: Product, serial: string): Unit | undefined {
    return this.units.get(`${product}/${serial}`);
  }

  /** Where somebody has a unit: nobody's word takes it off another's shelf. */
  whereIs(product: Product, serial: string, org: Organisation): Unit | undefined {
    const unit = this.lastSaid(product, serial);
    const own = this.ownWord(product, serial, org);
    return unit && { ...unit, ...own };
  }

  /** Somebody's books have a unit, and by a later word it is elsewhere. */
  isDisputed(product: Product, serial: string, org: Organisation): boolean {
    const own = this.ownWord(product, serial, org);
    const unit = this.lastSaid(product, serial);
    return own !== undefined && unit !== undefined && !sameSpot(own.at, unit.at);
  }

  private ownWord(product: Product, serial: string, org: Organisation) {
    const own = this.isLaid(product, serial) ? undefined : this.unit(product, serial)?.books?.[org];
    return own && own.at.account !== 'unexplained' ? own : undefined;
  }

  /** A unit that a mistaken scan took along and let go again lies where the last event that stands has put it. */
  private lastSaid(product: Product, serial: string): Unit | undefined {
    const unit = this.unit(product, serial);
    if (unit === undefined || unit.at.account !== 'unexplained') return unit;
    if (this.isLaid(product, serial)) return unit;
    const undone = new Set(unit.log.map(({ corrects }) => corrects));
    const stands = unit.log.findLast(
      ({ event, corrects, to }) =>
        !undone.has(event) && !(corrects !== undefined && to.account === 'unexplained'),
    );
    return stands === undefined ? unit : { ...unit, at: stands.to, title: stands.title };
  }

  /** What this very command did with a unit is what counts while it is being decided. */
  private isLaid(product: Product, serial: string): boolean {
    return this.laid.some((move) => move.product === product && move.serial === serial);
  }

  lay(move: Move): void {
    const { product, lot, count, serial, from, to, title, becomes = title } = move;
    this.add(product, lot, from, title, -count);
    this.add(product, lot, to, becomes, count);
    if (serial !== undefined) {
      const unit = this.unit(product, serial) ?? { lot, at: to, title: becomes, uses: 0, log: [] };
      const made = from.account === 'production' ? { lot } : {};
      this.setUnit(product, serial, { ...unit, ...made, at: to, title: becomes });
    }
    this.laid.push(move);
  }

  /** Notes for good what an event has done to its units. */
  log(event: string, corrects?: string): void {
    const last = new Map<string, Move>();
    for (const move of this.laid)
      if (move.serial !== undefined) last.set(`${move.product}/${move.serial}`, move);
    for (const [key, { to, title, becomes = title }] of last) {
      const unit = this.units.get(key);
      const entry = { event, ...(corrects === undefined ? {} : { corrects }), to, title: becomes };
      if (unit !== undefined) this.units.set(key, { ...unit, log: [...unit.log, entry] });
    }
    for (const { product, serial, from, to, title, becomes = title } of this.laid) {
      const unit = serial === undefined ? undefined : this.unit(product, serial);
      if (unit === undefined) continue;
      const books = { ...unit.books, [from.org]: null, [to.org]: { at: to, title: becomes } };
      this.units.set(`${product}/${serial}`, { ...unit, books });
    }
  }

  countUse(product: Product, serial: string | undefined, step: 1 | -1): void {
    const unit = serial === undefined ? undefined : this.unit(product, serial);
    if (serial !== undefined && unit !== undefined) {
      this.setUnit(product, serial, { ...unit, uses: unit.uses + step });
    }
  }

  /** Moves what is there. @returns what was not */
  take(load: Load, from: Spot, to: Spot, options: TakeOptions = {}): Load | undefined {
    return load.serials.length > 0
      ? this.takeUnits(load, from, to, options)
      : this.takeCount(load, from, to, options);
  }

  private takeUnits(load: Load, from: Spot, to: Spot, { becomes, only }: TakeOptions): Load | undefined {
    const missing: string[] = [];
    for (const serial of load.serials) {
      const unit = this.whereIs(load.product, serial, from.org);
      const here = unit?.lot === load.lot && sameSpot(unit.at, from);
      // A unit that was counted away, or taken along by somebody else, has left nothing in these books.
      const inBooks = unit !== undefined && this.countOf(load, from, unit.title) > 0;
      if (unit === undefined || !here || !inBooks || (only !== undefined && unit.title !== only)) {
        missing.push(serial);
        continue;
      }
      const { product, lot } = load;
      const { title } = unit;
      this.lay({
        product,
        lot,
        count: 1,
        serial,
        from,
        to,
        title,
        ...(becomes && { becomes: becomes(title) }),
      });
    }
    return missing.length === 0 ? undefined : { ...load, count: missing.length, serials: missing };
  }

  private takeCount(
    load: Load,
    from: Spot,
    to: Spot,
    { becomes, only, first }: TakeOptions,
  ): Load | undefined {
    const { product, lot } = load;
    let wanted = load.count;
    for (const [title, there] of this.titlesAt(load, from, first)) {
      if (only !== undefined && title !== only) continue;
      const count = Math.min(there, wanted);
      if (count === 0) break;
      this.lay({ product, lot, count, from, to, title, ...(becomes && { becomes: becomes(title) }) });
      wanted -= count;
    }
    return wanted === 0 ? undefined : { ...load, count: wanted };
  }

  /** Brings in what nobody knows of, out of `unexplained`. */
  draw({ product, lot, count, serials }: Load, to: Spot, title: Title): void {
    const from: Spot = { org: to.org, account: 'unexplained' };
    for (const serial of serials) this.lay({ product, lot, count: 1, serial, from, to, title });
    if (serials.length === 0) this.lay({ product, lot, count, from, to, title });
  }

  countOf({ product, lot }: Pick<Load, 'product' | 'lot'>, { org, account }: Spot, title: Title): number {
    return this.counts.get(`${product}/${lot}@${org}`)?.get(`${account} ${title}`) ?? 0;
  }

  private titlesAt({ product, lot }: Load, { org, account }: Spot, first?: Title): [Title, number][] {
    const found: [Title, number][] = [];
    for (const [key, count] of this.counts.get(`${product}/${lot}@${org}`) ?? []) {
      if (key.startsWith(`${account} `) && count > 0)
        found.push([key.slice(account.length + 1) as Title, count]);
    }
    const rank = (title: Title) => {
      const [owner = '', basis = ''] = title.split(':');
      const order = this.owners.indexOf(owner as Organisation);
      return `${title === first ? 0 : 1}${order}${basis}`;
    };
    return found.sort(([a], [b]) => (rank(a) < rank(b) ? -1 : 1));
  }

  private add(product: Product, lot: Lot, { org, account }: Spot, title: Title, count: number): void {
    const book = `${product}/${lot}@${org}`;
    const counts = this.counts.get(book) ?? new Map<string, number>();
    this.counts.set(book, counts);
    const key = `${account} ${title}`;
    const before = counts.get(key) ?? 0;
    const set = (value: number) => {
      if (value === 0) counts.delete(key);
      else counts.set(key, value);
    };
    set(before + count);
    this.back.push(() => set(before));
  }

  private setUnit(product: Product, serial: string, unit: Unit): void {
    const key = `${product}/${serial}`;
    const before = this.units.get(key);
    this.units.set(key, unit);
    this.back.push(() => {
      if (before === undefined) this.units.delete(key);
      else this.units.set(key, before);
    });
  }
}
