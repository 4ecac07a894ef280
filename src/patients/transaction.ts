/** Transactions of this room: for what is not part of an event. */

import type { mongo } from 'mongoose';
import { inTransaction as inOneTransaction, isDuplicateKey } from '../database/transaction.ts';

const attempts = 20;

/**
 * Runs `work` in a transaction of its own. Its writes are inserts under ids that must be unique: `work` runs again
 * also when another has taken one of them, for then it sees what that other wrote.
 */
export async function inTransaction<Result>(
  db: mongo.Db,
  work: (session: mongo.ClientSession) => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await inOneTransaction(db.client, work);
    } catch (error) {
      if (!isDuplicateKey(error) || attempt === attempts) throw error;
    }
  }
}
