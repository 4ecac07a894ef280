/**
 * What stands on a product as a whole: restrictions of open scope. The ledger touches this document at the first
 * sight of a lot, which is why it is apart from what the maker states; the projector writes the restrictions.
 */
import { type DocumentSource, documentsOf } from '../database/documents.ts';
import type { Restriction } from './restriction.ts';

interface StoredProductStanding {
  readonly _id: string;
  readonly restrictions?: readonly Restriction[];
}

export const productStandingsCollection = 'productStandings';

/**
 * @returns the restrictions by GTIN, of registered products and of GTINs that nobody registered alike; a GTIN
 *   without any may be absent
 */
export async function readProductRestrictions(
  source: DocumentSource,
  gtins: readonly string[],
): Promise<Map<string, readonly Restriction[]>> {
  const found = await documentsOf(source).where<StoredProductStanding>(
    productStandingsCollection,
    '_id',
    gtins,
  );
  return new Map(found.map(({ _id, restrictions = [] }) => [_id, restrictions]));
}
