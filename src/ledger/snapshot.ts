/** What a decision sees: one consistent snapshot of the database, the same that its events will be written on. */
import type { mongo } from 'mongoose';
import type { AccountRef } from './account.ts';
import { type LedgerCollections, ledgerCollections, withoutKey } from './collections.ts';
import { type AnyEvent, type LotKey, unitId } from './event.ts';
import { type Holding, holdingId } from './holding.ts';
import type { Unit, UnitKey } from './unit.ts';

export interface HoldingKey extends LotKey {
  readonly organisation: string;
}

export class Snapshot {
  readonly db: mongo.Db;
  /** For other rooms' reads that must be of the same snapshot. */
  readonly session: mongo.ClientSession;
  private readonly collections: LedgerCollections;
  private readonly seenHoldings = new Map<string, Holding | undefined>();
  private readonly seenUnits = new Map<string, Unit | undefined>();

  constructor(db: mongo.Db, session: mongo.ClientSession) {
    this.db = db;
    this.session = session;
    this.collections = ledgerCollections(db);
  }

  /** Of commands that share the transaction and come before: decided, and not written yet (ahead.ts). */
  get decided(): readonly AnyEvent[] {
    return [];
  }

  /** @returns the holdings that exist, by holding id. Reads each at most once a snapshot. */
  async holdings(keys: readonly HoldingKey[]): Promise<Map<string, Holding>> {
    const ids = [...new Set(keys.map((key) => holdingId(key.organisation, key)))];
    const unseen = ids.filter((id) => !this.seenHoldings.has(id));
    if (unseen.length > 0) {
      for (const id of unseen) this.seenHoldings.set(id, undefined);
      const found = this.collections.holdings.find({ _id: { $in: unseen } }, { session: this.session });
      for await (const stored of found) this.seenHoldings.set(stored._id, withoutKey(stored));
    }
    return present(ids, this.seenHoldings);
  }

  /** @returns all holdings of lots at one organisation or, without one, everywhere. */
  async holdingsOfLots(lotIds: readonly string[], organisation?: string): Promise<Holding[]> {
    const filter = { lotId: { $in: [...lotIds] }, ...(organisation === undefined ? {} : { organisation }) };
    const found: Holding[] = [];
    for await (const stored of this.collections.holdings.find(filter, { session: this.session })) {
      const holding = withoutKey(stored);
      this.seenHoldings.set(stored._id, holding);
      found.push(holding);
    }
    return found;
  }

  /** @returns the units that exist, by unit id. Reads each at most once a snapshot. */
  async units(keys: readonly UnitKey[]): Promise<Map<string, Unit>> {
    const ids = [...new Set(keys.map(({ gtin, issuer, serial }) => unitId(gtin, issuer, serial)))];
    const unseen = ids.filter((id) => !this.seenUnits.has(id));
    if (unseen.length > 0) {
      for (const id of unseen) this.seenUnits.set(id, undefined);
      const found = this.collections.units.find({ _id: { $in: unseen } }, { session: this.session });
      for await (const stored of found) this.seenUnits.set(stored._id, withoutKey(stored));
    }
    return present(ids, this.seenUnits);
  }

  /**
   * @returns every unit that lies in an account
   * @throws when there are more than `limit`: the caller's own bound on what went in has been broken
   */
  async unitsAt(at: AccountRef, limit: number): Promise<Unit[]> {
    const filter = { 'at.organisation': at.organisation, 'at.account': at.account };
    const found = await this.collections.units
      .find(filter, { session: this.session })
      .limit(limit + 1)
      .toArray();
    if (found.length > limit) throw new Error(`more than ${limit} units in ${at.account}`);
    return found.map((stored) => {
      const unit = withoutKey(stored);
      this.seenUnits.set(stored._id, unit);
      return unit;
    });
  }

  /** @returns the event with this id. */
  async event(id: string): Promise<AnyEvent | undefined> {
    const stored = await this.collections.events.findOne({ _id: id }, { session: this.session });
    return stored === null ? undefined : (withoutKey(stored) as AnyEvent);
  }

  /** @returns the event that corrects this one, if there is one. */
  async correctionOf(id: string): Promise<AnyEvent | undefined> {
    const stored = await this.collections.events.findOne({ corrects: id }, { session: this.session });
    return stored === null ? undefined : (withoutKey(stored) as AnyEvent);
  }
}

function present<T>(ids: readonly string[], seen: ReadonlyMap<string, T | undefined>): Map<string, T> {
  const found = new Map<string, T>();
  for (const id of ids) {
    const value = seen.get(id);
    if (value !== undefined) found.set(id, value);
  }
  return found;
}
