/** Collections and indexes of this room. Collections are made here: one made inside a transaction can make it fail. */

import type { Migration } from '../database/migrations.ts';
import { noteFullAlsos } from './full-alsos.ts';
import { collectionNames } from './records.ts';

const namespaceExists = 48;

export const patientsMigrations: Migration[] = [
  {
    id: 'patients/001-collections',
    async run(db) {
      const others = ['masterKeyCheck', 'hospitalKeys', 'identityReads', 'erasures'];
      for (const name of [...Object.values(collectionNames), ...others]) {
        await db.createCollection(name).catch((error: unknown) => {
          const exists = error instanceof Error && 'code' in error && error.code === namespaceExists;
          if (!exists) throw error;
        });
      }
      // Partial, since the end of a chain and an `also` have no pseudonym.
      await db
        .collection(collectionNames.links)
        .createIndex(
          { pseudonym: 1 },
          { unique: true, partialFilterExpression: { pseudonym: { $exists: true } } },
        );
      await db.collection('identityReads').createIndex({ organisation: 1, at: -1, _id: -1 });
      await db.collection('erasures').createIndex({ at: 1, _id: 1 });
    },
  },
  {
    // What is sealed cannot be changed without keys: noted here, it is done before anything is served.
    id: 'patients/002-full-alsos',
    run: noteFullAlsos,
  },
];
