/**
 * Reading lots. The ledger creates and touches a lot's document when an organisation sees the lot for the first
 * time; the rest of it is written by the projector (projector.ts). Nobody else writes it.
 */
import type { mongo } from 'mongoose';
import { type DocumentSource, documentsOf } from '../database/documents.ts';
import type { Lot, SterilisationLot } from './lot.ts';

/** As stored; the ledger's first touch writes only `gtin, lot, standing, restrictions, touched`. */
export type StoredLot = { readonly _id: string } & Pick<
  Lot,
  'gtin' | 'lot' | 'standing' | 'restrictions' | 'touched'
> &
  Partial<Lot>;

export const lotsCollection = 'lots';

/** How many lots one read may ask for (law 9). */
export const lotsPerRead = 1_000;

/**
 * @param ids of {@link lotId}, at most {@link lotsPerRead}
 * @returns the lots that are known, by id; an id that nobody has seen is absent
 */
export async function readLots(source: DocumentSource, ids: readonly string[]): Promise<Map<string, Lot>> {
  if (ids.length > lotsPerRead)
    throw new Error(`${ids.length} lots in one read; the bound is ${lotsPerRead}`);
  const found = await documentsOf(source).where<StoredLot>(lotsCollection, '_id', ids);
  return new Map(found.map((stored) => [stored._id, lotOf(stored)]));
}

/**
 * Lots of a product, in the order of their lot numbers.
 * @param page `after` is the lot number of the last one of the page before
 */
export async function readLotsOfProduct(
  db: mongo.Db,
  gtin: string,
  page: { readonly after?: string | undefined; readonly limit: number },
): Promise<Lot[]> {
  const found = await db
    .collection<StoredLot>(lotsCollection)
    .find({ gtin, ...(page.after === undefined ? {} : { lot: { $gt: page.after } }) })
    .sort({ gtin: 1, lot: 1 })
    .limit(page.limit)
    .toArray();
  return found.map(lotOf);
}

/** Adds what the first touch leaves out, and puts parts of one sterilisation lot together. */
export function lotOf(stored: StoredLot): Lot {
  const { _id, sterilisationLots = [], closed = false, ...rest } = stored;
  return { ...rest, closed, sterilisationLots: merged(sterilisationLots) };
}

/** A lot may be produced by several events that each add to the same sterilisation lot. */
function merged(parts: readonly SterilisationLot[]): SterilisationLot[] {
  const byId = new Map<string, SterilisationLot>();
  for (const part of parts) {
    const before = byId.get(part.id);
    const quantities = [before?.quantity, part.quantity].filter((quantity) => quantity !== undefined);
    byId.set(part.id, {
      id: part.id,
      ...(quantities.length === 0
        ? {}
        : { quantity: quantities.reduce((sum, quantity) => sum + quantity, 0) }),
    });
  }
  return [...byId.values()];
}
