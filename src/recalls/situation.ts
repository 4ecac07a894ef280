/**
 * Everything that the ledger knows of the lots in a recall's scope, read afresh whenever it is asked for: a use that
 * was recorded late is in it. Complete or an error (law 9).
 */
import type { mongo } from 'mongoose';
import type { Lot } from '../catalogue/lot.ts';
import { lotsCollection, lotsPerRead, readLots } from '../catalogue/lots.ts';
import { documentsOf } from '../database/documents.ts';
import { Failure } from '../errors.ts';
import { ledgerCollections } from '../ledger/collections.ts';
import type { Entry } from '../ledger/entry.ts';
import { type AnyEvent, type LotKey, lotId } from '../ledger/event.ts';
import type { Holding } from '../ledger/holding.ts';
import { entriesOfLots, holdingsOfLots, type ReadOptions } from '../ledger/read.ts';
import { type Recall, recallBounds } from './recall.ts';
import { namedLots, openProducts } from './scope.ts';

export interface Situation {
  readonly recall: Recall;
  /** Lots in scope, ordered by id; the catalogue's facts of those that it knows are in `facts`. */
  readonly lots: readonly LotKey[];
  readonly facts: ReadonlyMap<string, Lot>;
  readonly entries: readonly Entry[];
  readonly holdings: readonly Holding[];
  /** Of events that were corrected: the correction's event id. */
  readonly corrections: ReadonlyMap<string, string>;
  /** Of events `shipped`: the organisation to which the things were sent. */
  readonly addressees: ReadonlyMap<string, string>;
}

/** @throws Failure `trace/too-large` or `recall/scope-too-large`: a list is never quietly short. */
export async function readSituation(
  db: mongo.Db,
  recall: Recall,
  options: ReadOptions = {},
): Promise<Situation> {
  const lots = await lotsInScope(db, recall, options);
  const entries = await entriesOfLots(db, lots, options);
  const shipped = entries.filter(({ type }) => type === 'shipped').map(({ event }) => event);
  return {
    recall,
    lots,
    facts: await factsOf(db, lots, options),
    entries: [...entries].sort((a, b) => compare(a.recordTime, b.recordTime) || compare(a.id, b.id)),
    holdings: await holdingsOfLots(db, lots, options),
    // A correction speaks of every lot of what it corrects, so it has an entry in each.
    corrections: new Map(
      entries.flatMap(({ corrects, event }) => (corrects === undefined ? [] : [[corrects, event]])),
    ),
    addressees: await addresseesOf(db, shipped, options),
  };
}

async function factsOf(
  db: mongo.Db,
  lots: readonly LotKey[],
  { session }: ReadOptions,
): Promise<Map<string, Lot>> {
  const facts = new Map<string, Lot>();
  for (let from = 0; from < lots.length; from += lotsPerRead) {
    const part = lots.slice(from, from + lotsPerRead).map(lotId);
    for (const [id, lot] of await readLots(documentsOf(db, session), part)) facts.set(id, lot);
  }
  return facts;
}

/**
 * The lots that the scope names and, where it is open, all of the product that anybody has seen. One that is seen
 * later bears the product's restriction, and is here when this is read again.
 */
export async function lotsInScope(
  db: mongo.Db,
  recall: Pick<Recall, 'scope'>,
  options: ReadOptions = {},
): Promise<LotKey[]> {
  const lots = new Map(namedLots(recall.scope).map((lot) => [lotId(lot), lot]));
  for (const lot of await lotsOfProducts(db, openProducts(recall.scope), options.session)) {
    lots.set(lotId(lot), lot);
  }
  if (lots.size > recallBounds.lotsCovered)
    throw new Failure('recall/scope-too-large', { limit: recallBounds.lotsCovered });
  return [...lots.values()].sort((a, b) => compare(lotId(a), lotId(b)));
}

/** @returns all lots of the products that anybody has seen, up to one more than a recall may cover. */
export async function lotsOfProducts(
  db: mongo.Db,
  gtins: readonly string[],
  session?: mongo.ClientSession,
): Promise<LotKey[]> {
  if (gtins.length === 0) return [];
  const found = await db
    .collection<LotKey & { readonly _id: string }>(lotsCollection)
    .find(
      { gtin: { $in: [...gtins] } },
      { projection: { gtin: 1, lot: 1 }, ...(session === undefined ? {} : { session }) },
    )
    .limit(recallBounds.lotsCovered + 1)
    .toArray();
  return found.map(({ gtin, lot }) => ({ gtin, lot }));
}

/** The one fact of a shipment that entries do not hold: to whom it went, who may not have received it yet. */
async function addresseesOf(
  db: mongo.Db,
  events: readonly string[],
  { session }: ReadOptions,
): Promise<Map<string, string>> {
  const found = ledgerCollections(db).events.find(
    { _id: { $in: [...events] } },
    {
      readConcern: { level: 'majority' },
      projection: { type: 1, 'details.to': 1 },
      ...(session === undefined ? {} : { session }),
    },
  );
  const addressees = new Map<string, string>();
  for await (const stored of found) {
    const event = stored as AnyEvent & { readonly _id: string };
    if (event.type === 'shipped') addressees.set(event._id, event.details.to);
  }
  return addressees;
}

/**
 * Whether an organisation may be concerned: asked of indexes alone, for lists. It can say yes where the scope is
 * narrowed to serial numbers that were never there; {@link concernedBy} of the situation decides.
 */
export async function mayBeConcerned(db: mongo.Db, recall: Recall, organisation: string): Promise<boolean> {
  const ids = (await lotsInScope(db, recall)).map(lotId);
  const { entries, events } = ledgerCollections(db);
  const majority = { readConcern: { level: 'majority' }, projection: { _id: 1 } } as const;
  const party = await entries.findOne({ lotId: { $in: ids }, parties: organisation }, majority);
  if (party !== null) return true;
  const shipments = await entries
    .find({ lotId: { $in: ids }, type: 'shipped' }, { ...majority, projection: { event: 1 } })
    .toArray();
  const sent = await events.findOne(
    { _id: { $in: shipments.map(({ event }) => event) }, 'details.to': organisation },
    majority,
  );
  return sent !== null;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
