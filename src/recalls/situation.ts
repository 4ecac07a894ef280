/**
 * What the ledger knows of the lots in a recall's scope, read afresh whenever it is asked for: a use that was recorded
 * late is in it. Complete or an error (law 9). How many lots a scope covers is no reason for one: anybody can name lots
 * of a product that never were.
 */
import type { mongo } from 'mongoose';
import type { Lot } from '../catalogue/lot.ts';
import { lotsCollection, lotsPerRead, readLots } from '../catalogue/lots.ts';
import { documentsOf } from '../database/documents.ts';
import type { Entry } from '../ledger/entry.ts';
import { type LotKey, lotId } from '../ledger/event.ts';
import { type Holding, holdingId } from '../ledger/holding.ts';
import {
  addresseesOf,
  correctionsOf,
  entriesInPortions,
  entriesInRange,
  holdingsByLot,
  type ReadOptions,
  readHoldings,
} from '../ledger/read.ts';
import { type Exposure, exposuresOf } from './exposure.ts';
import { type Recall, recallBounds } from './recall.ts';
import { namedLots, narrowsBySterilisation, rangeOf } from './scope.ts';

/** What the pure functions of this room ask; each reading here gives as much of it as its name says. */
export interface Situation {
  readonly recall: Recall;
  /** Lots in scope, ordered by id. */
  readonly lots: readonly LotKey[];
  /** The catalogue's facts of the lots, by id, of those that it knows. */
  readonly facts: ReadonlyMap<string, Lot>;
  readonly entries: readonly Entry[];
  readonly holdings: readonly Holding[];
  /** Of events that were corrected: the correction's event id. */
  readonly corrections: ReadonlyMap<string, string>;
  /** Of events `shipped`: the organisation to which the things were sent. */
  readonly addressees: ReadonlyMap<string, string>;
}

/** @returns what the catalogue knows of the lots, by id, however many they are. */
export async function readFactsOfLots(
  db: mongo.Db,
  lotIds: Iterable<string>,
  { session }: ReadOptions = {},
): Promise<Map<string, Lot>> {
  const ids = [...new Set(lotIds)];
  const facts = new Map<string, Lot>();
  for (let from = 0; from < ids.length; from += lotsPerRead) {
    const part = await readLots(documentsOf(db, session), ids.slice(from, from + lotsPerRead));
    for (const [id, lot] of part) facts.set(id, lot);
  }
  return facts;
}

/** @returns the facts by which it is told whether things lie in scope: sterilisation lots, where one is narrowed to. */
export async function scopeFactsOf(
  db: mongo.Db,
  { scope }: Pick<Recall, 'scope'>,
  entries: readonly Entry[],
  options: ReadOptions = {},
): Promise<Map<string, Lot>> {
  if (!narrowsBySterilisation(scope)) return new Map();
  const lotsOf = ({ lotId: id, uses }: Entry) => [id, ...uses.map(lotId)];
  return await readFactsOfLots(db, entries.flatMap(lotsOf), options);
}

/**
 * @param organisation where its own uses alone are asked for
 * @returns every use in scope
 * @throws Failure `trace/too-large`: the list is never quietly short
 */
export async function readExposures(
  db: mongo.Db,
  recall: Recall,
  organisation?: string,
): Promise<Exposure[]> {
  const own = organisation === undefined ? {} : { organisation };
  const entries = await entriesInRange(db, rangeOf(recall.scope), { withUses: true, ...own });
  return exposuresOf({ recall, entries, ...(await factsOfUses(db, recall, entries)) });
}

async function factsOfUses(
  db: mongo.Db,
  recall: Recall,
  entries: readonly Entry[],
): Promise<Pick<Situation, 'facts' | 'holdings' | 'corrections'>> {
  const written = new Set(entries.map((entry) => holdingId(entry.organisation, entry)));
  const [facts, holdings, corrections] = await Promise.all([
    scopeFactsOf(db, recall, entries),
    readHoldings(db, [...written]),
    correctionsOf(db, [...new Set(entries.map(({ event }) => event))]),
  ]);
  return { facts, holdings, corrections };
}

/** A use in the list, as far as it is known while the recall takes effect. */
export type ListedUse = Pick<Exposure, 'event' | 'pseudonym' | 'step'>;

/** Every use in scope once, in portions: no number of them keeps a recall from taking effect. */
export async function* usesInPortions(
  db: mongo.Db,
  recall: Recall,
  options: ReadOptions,
): AsyncGenerator<ListedUse[], void> {
  // A use whose label names another lot than its record has an entry in each.
  const twice = new Set<string>();
  const nothing = { holdings: [], corrections: new Map<string, string>() };
  for await (const entries of entriesInPortions(db, rangeOf(recall.scope), { withUses: true }, options)) {
    const facts = await scopeFactsOf(db, recall, entries, options);
    yield exposuresOf({ recall, facts, entries, ...nothing }).filter(({ event, pseudonym, scannedLot }) => {
      const key = `${event}/${pseudonym}`;
      if (scannedLot === undefined) return true;
      return !twice.has(key) && twice.add(key).size > 0;
    });
  }
}

/** The part of one organisation: what it wrote, what moved in its books, what was sent to it and what lies where. */
export async function readPart(db: mongo.Db, recall: Recall, organisation: string): Promise<Situation> {
  const range = rangeOf(recall.scope);
  const entries = await entriesInRange(db, range, { party: organisation });
  const addressees = new Map<string, string>();
  const senders: string[] = [];
  for await (const shipped of entriesInPortions(db, range, { type: 'shipped' })) {
    const to = await addresseesOf(db, [...new Set(shipped.map(({ event }) => event))]);
    for (const entry of shipped.filter(({ event }) => to.get(event) === organisation)) {
      addressees.set(entry.event, organisation);
      if (!entry.parties.includes(organisation)) entries.push(entry);
      senders.push(holdingId(entry.organisation, entry));
    }
  }
  const own = entries.map((entry) => holdingId(organisation, entry));
  const holdings = await readHoldings(db, [...new Set([...own, ...senders])]);
  const lots = new Map(
    [...namedLots(recall.scope), ...entries].map(({ gtin, lot }) => [`${gtin}/${lot}`, { gtin, lot }]),
  );
  return {
    recall,
    lots: [...lots.values()].sort((a, b) => compare(lotId(a), lotId(b))),
    facts: await readFactsOfLots(db, lots.keys()),
    entries,
    holdings,
    // Its own uses are corrected by itself alone.
    corrections: new Map(
      entries.flatMap(({ corrects, event }) => (corrects === undefined ? [] : [[corrects, event]])),
    ),
    addressees,
  };
}

/** Some lots of the scope with all that lies, or lay, anywhere of them. */
export interface Holders extends Pick<Situation, 'lots' | 'holdings'> {
  /** Lot id of the last one, where there are more. */
  readonly next?: string;
}

export interface HoldersPage {
  readonly after?: string | undefined;
  readonly lots: number;
  /** Where the holdings of these alone are asked for. */
  readonly organisations?: readonly string[];
}

/** A page ends with the lot with which it comes to so many holdings. */
const holdingsPerPage = 20_000;

/** The lots that the scope names, and those of its products of which anybody asked for has a holding; a page of them. */
export async function readHolders(db: mongo.Db, recall: Recall, page: HoldersPage): Promise<Holders> {
  const found = new Map<string, LotKey>();
  const holdings: Holding[] = [];
  let next: string | undefined;
  const named = namedLots(recall.scope)
    .filter((lot) => page.after === undefined || lotId(lot) > page.after)
    .sort((a, b) => compare(lotId(a), lotId(b)));
  const isFull = () => found.size >= page.lots || holdings.length >= holdingsPerPage;
  const take = (id: string, { gtin, lot }: LotKey) => {
    if (found.has(id)) return true;
    if (isFull()) return false;
    found.set(id, { gtin, lot });
    return true;
  };
  const takeNamed = (before?: string) => {
    while (named[0] !== undefined && (before === undefined || lotId(named[0]) <= before)) {
      if (!take(lotId(named[0]), named[0])) return false;
      named.shift();
    }
    return true;
  };
  let complete = true;
  for await (const holding of holdingsByLot(db, rangeOf(recall.scope), page)) {
    complete = takeNamed(holding.lotId) && take(holding.lotId, holding);
    if (!complete) break;
    holdings.push(holding);
  }
  complete = complete && takeNamed();
  if (!complete) next = [...found.keys()].at(-1);
  return { lots: [...found.values()], holdings, ...(next === undefined ? {} : { next }) };
}

/** All pages, for a paper. */
export async function readAllHolders(
  db: mongo.Db,
  recall: Recall,
  organisations: readonly string[] | undefined,
): Promise<Pick<Situation, 'lots' | 'holdings'>> {
  const lots: LotKey[] = [];
  const holdings: Holding[] = [];
  const page = { lots: recallBounds.lotsPerPage, ...(organisations === undefined ? {} : { organisations }) };
  let after: string | undefined;
  do {
    const part = await readHolders(db, recall, { ...page, after });
    lots.push(...part.lots);
    holdings.push(...part.holdings);
    after = part.next;
  } while (after !== undefined);
  return { lots, holdings };
}

/**
 * Inside a transaction: lots of the products for an event to speak of, so many and no more; those that a maker made
 * before those that somebody only named.
 */
export async function lotsOfProducts(
  db: mongo.Db,
  gtins: readonly string[],
  limit: number,
  session: mongo.ClientSession,
): Promise<LotKey[]> {
  const lots: LotKey[] = [];
  for (const standing of gtins.length === 0 ? [] : [{ $ne: 'unverified' }, 'unverified']) {
    const found = await db
      .collection<LotKey & { readonly _id: string }>(lotsCollection)
      .find({ gtin: { $in: [...gtins] }, standing }, { projection: { gtin: 1, lot: 1 }, session })
      .sort({ gtin: 1, lot: 1 })
      .limit(limit - lots.length)
      .toArray();
    lots.push(...found.map(({ gtin, lot }) => ({ gtin, lot })));
    if (lots.length >= limit) break;
  }
  return lots;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
