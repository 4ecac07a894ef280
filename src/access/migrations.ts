/** Collections and indexes of this room. */

import type { mongo } from 'mongoose';
import type { Migration } from '../database/migrations.ts';

const namespaceExists = 48;

export const accessMigrations: Migration[] = [{ id: 'access/001-indexes', run: makeIndexes }];

async function makeIndexes(db: mongo.Db): Promise<void> {
  // Made here: a collection that a transaction makes can make it fail.
  for (const name of ['people', 'sessions', 'tokens', 'signInAttempts', 'accessGuards', 'accessLog']) {
    await db.createCollection(name).catch((error: unknown) => {
      const exists = error instanceof Error && 'code' in error && error.code === namespaceExists;
      if (!exists) throw error;
    });
  }
  await db
    .collection('people')
    .createIndex({ username: 1 }, { unique: true, partialFilterExpression: { username: { $exists: true } } });
  await db.collection('people').createIndex({ organisation: 1, _id: 1 });
  await db.collection('sessions').createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 });
  await db.collection('sessions').createIndex({ person: 1 });
  await db.collection('tokens').createIndex({ hash: 1 }, { unique: true });
  await db.collection('tokens').createIndex({ person: 1, _id: 1 });
  await db.collection('tokens').createIndex({ ancestors: 1 });
  await db.collection('signInAttempts').createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 });
  await db.collection('accessLog').createIndex({ organisation: 1, at: -1, _id: -1 });
}
