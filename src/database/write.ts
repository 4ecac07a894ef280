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
