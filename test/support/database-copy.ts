/** A database as it stands, once more: where what is in it takes long to make, and each test wants it for itself. */
import { type TestDatabase, testDatabase } from './mongod.ts';

/** @returns a database of its own with the same documents, to the last byte, and the same indexes. */
export async function copyOf({ db }: TestDatabase): Promise<TestDatabase> {
  const copy = await testDatabase();
  const collections = await db.listCollections().toArray();
  await Promise.all(
    collections.map(async ({ name }) => {
      const from = db.collection(name);
      await from.aggregate([{ $out: { db: copy.db.databaseName, coll: name } }]).toArray();
      const indexes = (await from.indexes()).filter((index) => index.name !== '_id_');
      if (indexes.length > 0) await copy.db.command({ createIndexes: name, indexes });
    }),
  );
  return copy;
}
