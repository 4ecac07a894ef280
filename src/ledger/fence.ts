/**
 * The fence of "How law 4 holds". Once a restriction stands on lots (committed at majority), raising the version of
 * every holding of those lots waits for each use in flight and fails every older snapshot: what is recorded after
 * it has seen the restriction. It also leaves its mark, by which check-ledger proves that.
 */
import { mongo } from 'mongoose';
import { ledgerCollections } from './collections.ts';

/**
 * Raises the fence over all holdings in scope. May be repeated by any process: a holding is fenced once a reference.
 * @param scope lot ids (`{gtin}/{lot}`), or GTINs where the scope is a whole product.
 * @param reference `{reference of the restriction}/{step}`, the first step being 1: a widening has its own, and
 *   check-ledger finds by it what the mark proves.
 * @param session a causally consistent session, begun when the restriction was committed; the list of uses is read
 *   in the same.
 */
export async function raiseFence(
  db: mongo.Db,
  session: mongo.ClientSession,
  scope: { readonly lotIds: readonly string[]; readonly gtins: readonly string[] },
  reference: string,
): Promise<{ fenced: number }> {
  const { holdings, lots } = ledgerCollections(db);
  const writeConcern = new mongo.WriteConcern('majority', undefined, true);
  if (scope.gtins.length > 0) {
    // The first use of a known lot at an organisation writes the lot, not the product on which an open scope stands:
    // its holding is not there yet for the fence to find. So the lots are fenced first.
    const touch = { $inc: { touched: 1 } };
    await lots.updateMany({ gtin: { $in: [...scope.gtins] } }, touch, { session, writeConcern });
  }
  const result = await holdings.updateMany(
    {
      $or: [{ lotId: { $in: [...scope.lotIds] } }, { gtin: { $in: [...scope.gtins] } }],
      'fences.reference': { $ne: reference },
    },
    [
      {
        $set: {
          version: { $add: ['$version', 1] },
          fences: {
            $concatArrays: [
              '$fences',
              [{ reference: { $literal: reference }, version: { $add: ['$version', 1] } }],
            ],
          },
        },
      },
    ],
    { session, writeConcern },
  );
  return { fenced: result.modifiedCount };
}
