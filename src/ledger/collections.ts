/** Names and documents of the collections that only this room writes. */
import type { mongo } from 'mongoose';
import type { InputFault } from '../errors.ts';
import type { Entry } from './entry.ts';
import type { AnyEvent } from './event.ts';
import type { Holding } from './holding.ts';
import type { Unit } from './unit.ts';

export const eventsCollection = 'events';
export const entriesCollection = 'entries';
export const holdingsCollection = 'holdings';
export const unitsCollection = 'units';
export const commandsCollection = 'commands';

/** The ledger makes these documents at first sight and touches them; the catalogue's projector writes the rest. */
export const lotsCollection = 'lots';
export const productStandingsCollection = 'productStandings';

export type Stored<T> = T & { _id: string };

/** Date copies for indexes stay outside the hashed event. */
export type StoredEntry = Stored<Entry> & { readonly recordedAt: Date; readonly happenedAt: Date };

export type CommandOutcome =
  | { readonly kind: 'accepted'; readonly events: readonly string[]; readonly answer: unknown }
  | {
      readonly kind: 'refused';
      readonly code: string;
      readonly info: unknown;
      readonly faults: readonly InputFault[];
    };

/** Law 5: what became of a command; `_id` is `{organisation}/{command id}`. */
export interface StoredCommand {
  readonly _id: string;
  readonly commandHash: string;
  readonly actor: string;
  readonly route: string;
  readonly recordTime: string;
  readonly outcome: CommandOutcome;
}

/** The part of a lot's document that the ledger touches; the rest is the catalogue's. */
export interface TouchedLot {
  readonly _id: string;
  readonly gtin: string;
  readonly lot: string;
  readonly touched: number;
}

/** The restrictions of a product as a whole (open scope), and its touch counter. */
export interface ProductStanding {
  readonly _id: string;
  readonly touched: number;
}

export interface LedgerCollections {
  readonly events: mongo.Collection<Stored<AnyEvent>>;
  readonly entries: mongo.Collection<StoredEntry>;
  readonly holdings: mongo.Collection<Stored<Holding>>;
  readonly units: mongo.Collection<Stored<Unit>>;
  readonly commands: mongo.Collection<StoredCommand>;
  readonly lots: mongo.Collection<TouchedLot>;
  readonly productStandings: mongo.Collection<ProductStanding>;
}

/** @returns the ledger's collections of a database. */
export function ledgerCollections(db: mongo.Db): LedgerCollections {
  return {
    events: db.collection(eventsCollection),
    entries: db.collection(entriesCollection),
    holdings: db.collection(holdingsCollection),
    units: db.collection(unitsCollection),
    commands: db.collection(commandsCollection),
    lots: db.collection(lotsCollection),
    productStandings: db.collection(productStandingsCollection),
  };
}

/** Takes the database's key off a stored document. */
export function withoutKey<T extends { _id: string }>({ _id, ...rest }: T): Omit<T, '_id'> {
  return rest;
}
