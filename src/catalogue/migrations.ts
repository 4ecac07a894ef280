/** Collections and indexes of the catalogue. */
import { makeCollection } from '../database/make-collection.ts';
import type { Migration } from '../database/migrations.ts';
import { lotsCollection } from './lots.ts';
import { productStandingsCollection } from './product-standings.ts';

export const catalogueMigrations: readonly Migration[] = [
  {
    id: 'catalogue/001-indexes',
    async run(db) {
      // Foreign organisations and the operator may have no credit code; of two that have, the code tells them apart.
      await db
        .collection('organisations')
        .createIndex(
          { creditCode: 1 },
          { unique: true, partialFilterExpression: { creditCode: { $type: 'string' } } },
        );
      await db.collection('organisations').createIndex({ kind: 1, _id: 1 });
      await db.collection('places').createIndex({ organisation: 1, _id: 1 });
      await db.collection('programmes').createIndex({ foundation: 1, _id: 1 });
      await db.collection('products').createIndex({ organisation: 1, _id: 1 });
      await db.collection('productRevisions').createIndex({ gtin: 1, revision: 1 }, { unique: true });
      await db.collection('gtins').createIndex({ product: 1 });
      await db.collection(lotsCollection).createIndex({ gtin: 1, lot: 1 }, { unique: true });
      await makeCollection(db, productStandingsCollection);
    },
  },
  {
    id: 'catalogue/002-company-prefixes',
    async run(db) {
      // GS1 gives a prefix to one company; whoever states another's would number logistic units in its name.
      await db
        .collection('organisations')
        .createIndex(
          { gs1Prefix: 1 },
          { unique: true, partialFilterExpression: { gs1Prefix: { $type: 'string' } } },
        );
    },
  },
];
