/**
 * A write as plain data: a room prepares it, and the ledger commits it in the transaction of its event.
 * A guard is part of the filter: a write that is not an upsert and matches nothing has lost a race.
 */

import type { mongo } from 'mongoose';

export type Write =
  | {
      readonly collection: string;
      readonly filter: mongo.Document;
      readonly update: mongo.Document;
      readonly upsert?: boolean;
    }
  | { readonly collection: string; readonly insert: mongo.Document };

/** @returns a room's write in the driver's words. */
export function bulkOperation(write: Write): mongo.AnyBulkWriteOperation {
  if ('insert' in write) return { insertOne: { document: { ...write.insert } } };
  const { filter, update, upsert = false } = write;
  return { updateOne: { filter, update: update as mongo.Document, upsert } };
}
