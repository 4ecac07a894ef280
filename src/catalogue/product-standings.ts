/**
 * What stands on a product as a whole: restrictions of open scope. The ledger touches this document at the first
 * sight of a lot, which is why it is apart from what the maker states; the projector writes the restrictions.
 */
import type { mongo } from 'mongoose';
import type { Restriction } from './restriction.ts';

interface StoredProductStanding {
  readonly _id: string;
  readonly restrictions?: readonly Restriction[];
}

export const productStandingsCollection = 'productStandings';

/**
 * @param session reads inside a transaction
 * @returns the restrictions by GTIN, of registered products and of GTINs that nobody registered alike; a GTIN
 *   without any may be absent
 */
export async function readProductRestrictions(
  db: mongo.Db,
  gtins: readonly string[],
  session?: mongo.ClientSession,
): Promise<Map<string, readonly Restriction[]>> {
  const found = await db
    .collection<StoredProductStanding>(productStandingsCollection)
    .find({ _id: { $in: [...gtins] } }, session === undefined ? {} : { session })
    .toArray();
  return new Map(found.map(({ _id, restrictions = [] }) => [_id, restrictions]));
}
