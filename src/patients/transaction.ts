/** Transactions of this room: for what is not part of an event. */

import type { mongo } from 'mongoose';

const duplicateKey = 11_000;
const attempts = 20;

/**
 * Runs `work` in a transaction of its own, on a snapshot, acknowledged by a majority's journal; reads in it are of
 * data that cannot be rolled back. `work` runs again when it lost a race, so it must have no other effects.
 */
export async function inTransaction<Result>(
  db: mongo.Db,
  work: (session: mongo.ClientSession) => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    const session = db.client.startSession();
    try {
      return await session.withTransaction(work, {
        readConcern: { level: 'snapshot' },
        writeConcern: { w: 'majority', j: true },
      });
    } catch (error) {
      if (!isDuplicateKey(error) || attempt === attempts) throw error;
    } finally {
      await session.endSession();
    }
  }
}

function isDuplicateKey(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === duplicateKey;
}
