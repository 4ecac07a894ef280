import type { mongo } from 'mongoose';

/**
 * Makes a collection that transactions write to, before the first of them: two that make it at once would contend.
 * One that exists already is as good: a migration may be run again.
 */
export async function makeCollection(db: mongo.Db, name: string): Promise<void> {
  const known = await db.listCollections({ name }, { nameOnly: true }).toArray();
  if (known.length === 0) await db.createCollection(name);
}
