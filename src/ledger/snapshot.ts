/**
 * What a decision sees: one consistent snapshot of the database, the same that its events will be written on, and in
 * it what the commands before it in its batch will have written. It remembers what was asked, so that the ledger knows
 * whether one of those has changed the answer.
 */
import type { mongo } from 'mongoose';
import type { Ask, Documents } from '../database/documents.ts';
import type { AccountRef } from './account.ts';
import {
  eventsCollection,
  holdingsCollection,
  type Stored,
  unitsCollection,
  withoutKey,
} from './collections.ts';
import { type AnyEvent, type LotKey, unitId } from './event.ts';
import { type Holding, holdingId } from './holding.ts';
import type { Unit, UnitKey } from './unit.ts';
import type { TransactionView } from './view.ts';

export interface HoldingKey extends LotKey {
  readonly organisation: string;
}

export class Snapshot implements Documents {
  private readonly view: TransactionView;
  private readonly since: number;
  private readonly asks: Ask[] = [];
  private readonly collections = new Set<string>();

  constructor(view: TransactionView) {
    this.view = view;
    this.since = view.time;
  }

  get db(): mongo.Db {
    return this.view.db;
  }

  /**
   * For reads of the same snapshot that are no questions to it, one after the other.
   * @throws Error where commands share the transaction: those that need it say that they are alone
   */
  get session(): mongo.ClientSession {
    return this.view.session;
  }

  /** Whether another command has written since what was read here. */
  get stale(): boolean {
    return (
      this.asks.some((ask) => this.view.changedSince(this.since, ask)) ||
      [...this.collections].some((name) => this.view.anyChangeSince(this.since, name))
    );
  }

  async where<T extends { readonly _id: string }>(
    collection: string,
    field: string,
    values: readonly string[],
  ): Promise<T[]> {
    if (values.length === 0) return [];
    this.asks.push({ collection, field, values });
    return (await this.view.where(collection, field, values)) as unknown as T[];
  }

  /**
   * Reads ahead what will be asked for, so that it comes with what is asked now.
   * @param asks guesses: what is not there, or never asked for, does no harm
   */
  expect(asks: readonly Ask[]): void {
    for (const { collection, field, values } of asks) {
      // Whoever asks for it will be told what is wrong.
      this.view.where(collection, field, values).catch(() => undefined);
    }
  }

  /**
   * A question that is not of one field's values.
   * @param collections all that it is about
   * @param ask reads in the session, one thing after the other
   */
  query<T>(
    collections: readonly string[],
    ask: (db: mongo.Db, session: mongo.ClientSession) => Promise<T>,
  ): Promise<T> {
    for (const name of collections) this.collections.add(name);
    return this.view.query(collections, ask);
  }

  /** @returns the holdings that exist, by holding id. */
  async holdings(keys: readonly HoldingKey[]): Promise<Map<string, Holding>> {
    const ids = [...new Set(keys.map((key) => holdingId(key.organisation, key)))];
    const found = await this.where<Stored<Holding>>(holdingsCollection, '_id', ids);
    return new Map(found.map((stored) => [stored._id, withoutKey(stored)]));
  }

  /** @returns the units that exist, by unit id. */
  async units(keys: readonly UnitKey[]): Promise<Map<string, Unit>> {
    const ids = [...new Set(keys.map(({ gtin, issuer, serial }) => unitId(gtin, issuer, serial)))];
    const found = await this.where<Stored<Unit>>(unitsCollection, '_id', ids);
    return new Map(found.map((stored) => [stored._id, withoutKey(stored)]));
  }

  /**
   * @returns every unit that lies in an account
   * @throws when there are more than `limit`: the caller's own bound on what went in has been broken
   */
  async unitsAt(at: AccountRef, limit: number): Promise<Unit[]> {
    const filter = { 'at.organisation': at.organisation, 'at.account': at.account };
    const found = await this.query([unitsCollection], (db, session) =>
      db
        .collection<Stored<Unit>>(unitsCollection)
        .find(filter, { session })
        .limit(limit + 1)
        .toArray(),
    );
    if (found.length > limit) throw new Error(`more than ${limit} units in ${at.account}`);
    return found.map(withoutKey);
  }

  /** @returns the event with this id. */
  async event(id: string): Promise<AnyEvent | undefined> {
    const [stored] = await this.where<Stored<AnyEvent>>(eventsCollection, '_id', [id]);
    return stored === undefined ? undefined : (withoutKey(stored) as AnyEvent);
  }

  /** @returns the event that corrects this one, if there is one. */
  async correctionOf(id: string): Promise<AnyEvent | undefined> {
    const [stored] = await this.where<Stored<AnyEvent>>(eventsCollection, 'corrects', [id]);
    return stored === undefined ? undefined : (withoutKey(stored) as AnyEvent);
  }
}
