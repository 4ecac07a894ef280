/**
 * The workbench of one decision: a copy of the stock on which transfers are laid one after another, so that two
 * lines of one command, or a correction and the right facts behind it, see each other. Pure: nothing leaves it but
 * the transfers.
 */
import type { AccountRef } from '../ledger/account.ts';
import { type LotKey, lotId, type SerialIssuer, type Transfer, unitId } from '../ledger/event.ts';
import { applyTransfers, type Holding, holdingId, organisationsOf, quantityIn } from '../ledger/holding.ts';
import { type Title, titleKey } from '../ledger/title.ts';
import { afterTransfer, type Unit, type UnitKey } from '../ledger/unit.ts';
import type { Lying } from './let-go.ts';
import type { Stock } from './stock.ts';

/** What is to be moved: so many of a lot, or the units with these serial numbers. */
export interface Load extends LotKey {
  readonly quantity: number;
  readonly issuer?: SerialIssuer;
  readonly serials?: readonly string[];
}

/** What was not where it was to be taken from. */
export interface Shortfall {
  readonly quantity: number;
  /** Units that are elsewhere, or that nobody knows. */
  readonly serials: readonly string[];
}

export interface MoveOptions {
  /** The title on the other side, where the things change hands. */
  readonly becomes?: (title: Title) => Title;
  /** Which title is drawn first; lower comes first. */
  readonly prefer?: (title: Title) => number;
  /** Which titles may be drawn at all. */
  readonly only?: (title: Title) => boolean;
}

export class Bench {
  readonly stock: Stock;
  private readonly holdings: Map<string, Holding>;
  private readonly units: Map<string, Unit>;
  private readonly inBooks: Map<string, ReadonlyMap<string, Lying>>;
  private laid: Transfer[] = [];

  constructor(stock: Stock) {
    this.stock = stock;
    this.holdings = new Map(stock.holdings);
    this.units = new Map(stock.units);
    this.inBooks = new Map(stock.inBooks);
  }

  /** Takes the transfers laid since the last taking, in order: they are the next event's. */
  take(): readonly Transfer[] {
    const taken = this.laid;
    this.laid = [];
    return taken;
  }

  unit(gtin: string, serial: string, issuer: SerialIssuer = 'maker'): Unit | undefined {
    return this.units.get(unitId(gtin, issuer, serial));
  }

  /** @returns the unit where the books of an organisation have it; where they do not, where it is by its last event. */
  unitIn(
    organisation: string,
    gtin: string,
    serial: string,
    issuer: SerialIssuer = 'maker',
  ): Unit | undefined {
    const unit = this.unit(gtin, serial, issuer);
    return unit && { ...unit, ...this.inBooks.get(unitId(gtin, issuer, serial))?.get(organisation) };
  }

  /** @returns whether books of the organisation have the unit, and by a later event it is elsewhere. */
  isDisputed(organisation: string, gtin: string, serial: string, issuer: SerialIssuer = 'maker'): boolean {
    return this.inBooks.get(unitId(gtin, issuer, serial))?.has(organisation) === true;
  }

  /** @returns whether a transfer laid since the last taking names the unit. */
  isNamed(gtin: string, serial: string, issuer: SerialIssuer = 'maker'): boolean {
    return this.laid.some(
      (transfer) =>
        transfer.gtin === gtin &&
        (transfer.issuer ?? 'maker') === issuer &&
        transfer.serials?.includes(serial),
    );
  }

  holding(organisation: string, lot: LotKey): Holding | undefined {
    return this.holdings.get(holdingId(organisation, lot));
  }

  /** @returns units of a lot in an account now. */
  quantity(at: AccountRef, lot: LotKey): number {
    return quantityIn(this.holding(at.organisation, lot), at.account);
  }

  /** Lays transfers as they are: they are already decided (a reversal, a production). */
  lay(transfers: readonly Transfer[]): void {
    for (const transfer of transfers) {
      for (const organisation of organisationsOf(transfer)) this.post(organisation, transfer);
      this.moveUnits(transfer);
      this.laid.push(transfer);
    }
  }

  /**
   * Moves as much of a load as lies in `from`, under the titles that it has there.
   * @returns what was not there, or undefined where all of it was; nothing of a shortfall is moved.
   */
  move(load: Load, from: AccountRef, to: AccountRef, options: MoveOptions = {}): Shortfall | undefined {
    const serials = load.serials ?? [];
    if (serials.length > 0) return this.moveSerials(load, serials, from, to, options);
    const { becomes, prefer = () => 0, only = () => true } = options;
    let wanted = load.quantity;
    const balances = this.holding(from.organisation, load)?.balances ?? [];
    const here = balances
      .filter(({ account, quantity, title }) => account === from.account && quantity > 0 && only(title))
      .sort((a, b) => prefer(a.title) - prefer(b.title));
    for (const { title, quantity: there } of here) {
      const quantity = Math.min(there, wanted);
      if (quantity === 0) break;
      this.lay([{ ...lotOf(load), quantity, from, to, title, ...changed(title, becomes) }]);
      wanted -= quantity;
    }
    return wanted === 0 ? undefined : { quantity: wanted, serials: [] };
  }

  /** Counts a use of a unit, or (step -1) takes one back that did not happen. */
  countUse({ gtin, issuer = 'maker', serial }: Partial<UnitKey>, step: 1 | -1): void {
    if (gtin === undefined || serial === undefined) return;
    const id = unitId(gtin, issuer, serial);
    const unit = this.units.get(id);
    if (unit !== undefined) this.units.set(id, { ...unit, uses: unit.uses + step });
  }

  /** Draws what stock does not know from `unexplained` in the books of the account's organisation. */
  draw(load: Load, to: AccountRef, title: Title): void {
    const from: AccountRef = { organisation: to.organisation, account: 'unexplained' };
    const { quantity, issuer, serials } = load;
    this.lay([
      {
        ...lotOf(load),
        quantity,
        from,
        to,
        title,
        ...(serials === undefined || serials.length === 0 ? {} : { issuer: issuer ?? 'maker', serials }),
      },
    ]);
  }

  private moveSerials(
    load: Load,
    serials: readonly string[],
    from: AccountRef,
    to: AccountRef,
    { becomes, only = () => true }: MoveOptions,
  ): Shortfall | undefined {
    const issuer = load.issuer ?? 'maker';
    const elsewhere: string[] = [];
    // A unit is here by the books of those from whom it is taken; the holding must bear it out, for things that were once moved by count, or
    // drawn from `unexplained` by somebody else, may have left no balance behind.
    const left = new Map<string, number>();
    const inBooks = (title: Title) =>
      left.get(titleKey(title)) ?? quantityIn(this.holding(from.organisation, load), from.account, title);
    const groups = new Map<string, Transfer & { serials: string[] }>();
    for (const serial of serials) {
      const unit = this.unitIn(from.organisation, load.gtin, serial, issuer);
      const here = unit?.lot === load.lot && sameAccount(unit.at, from) && only(unit.title);
      if (unit === undefined || !here || inBooks(unit.title) < 1) {
        elsewhere.push(serial);
        continue;
      }
      left.set(titleKey(unit.title), inBooks(unit.title) - 1);
      const key = JSON.stringify([unit.title, unit.sterilisationLot]);
      const group = groups.get(key) ?? {
        ...lotOf(load),
        quantity: 0,
        from,
        to,
        title: unit.title,
        ...changed(unit.title, becomes),
        issuer,
        serials: [],
        ...(unit.sterilisationLot === undefined ? {} : { sterilisationLot: unit.sterilisationLot }),
      };
      group.serials.push(serial);
      groups.set(key, { ...group, quantity: group.serials.length });
    }
    this.lay([...groups.values()]);
    return elsewhere.length === 0 ? undefined : { quantity: elsewhere.length, serials: elsewhere };
  }

  private post(organisation: string, transfer: Transfer): void {
    const id = holdingId(organisation, transfer);
    const before: Holding = this.holdings.get(id) ?? {
      ...lotOf(transfer),
      lotId: lotId(transfer),
      organisation,
      balances: [],
      version: 0,
      fences: [],
    };
    this.holdings.set(id, { ...before, balances: applyTransfers(before, [transfer]) });
  }

  private moveUnits(transfer: Transfer): void {
    for (const serial of transfer.serials ?? []) {
      const id = unitId(transfer.gtin, transfer.issuer ?? 'maker', serial);
      this.units.set(id, afterTransfer(this.units.get(id), transfer, serial));
      this.inBooks.delete(id);
    }
  }
}

/** @returns whether two references mean the same account. */
export function sameAccount(a: AccountRef, b: AccountRef): boolean {
  return a.organisation === b.organisation && a.account === b.account;
}

function lotOf({ gtin, lot }: LotKey): LotKey {
  return { gtin, lot };
}

function changed(title: Title, becomes: MoveOptions['becomes']): { becomes?: Title } {
  return becomes === undefined ? {} : { becomes: becomes(title) };
}
