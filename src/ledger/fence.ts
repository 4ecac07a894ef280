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
 * @param reference the restriction's reference, unique for this step (a widening has its own).
 * @param session the causally consistent session of the restriction's transaction, already committed.
 */
export async function raiseFence(
  db: mongo.Db,
  session: mongo.ClientSession,
  scope: { readonly lotIds: readonly string[]; readonly gtins: readonly string[] },
  reference: string,
): Promise<{ fenced: number }> {
  const result = await ledgerCollections(db).holdings.updateMany(
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
    { session, writeConcern: new mongo.WriteConcern('majority', undefined, true) },
  );
  return { fenced: result.modifiedCount };
}
