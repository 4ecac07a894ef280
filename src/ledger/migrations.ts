import { makeCollection } from '../database/make-collection.ts';
import type { Migration } from '../database/migrations.ts';
import { ledgerCollections } from './collections.ts';
import { textsCollection } from './texts.ts';

/** Indexes of the ledger's collections; each serves a read of read.ts, snapshot.ts or fence.ts. */
export const ledgerMigrations: readonly Migration[] = [
  {
    id: 'ledger/001-indexes',
    async run(db) {
      const { events, entries, holdings, units, commands } = ledgerCollections(db);
      await makeCollection(db, commands.collectionName);
      await makeCollection(db, textsCollection);
      await events.createIndex({ corrects: 1 }, { unique: true, sparse: true });
      await events.createIndex({ organisation: 1, recordTime: 1, _id: 1 });
      await entries.createIndex({ lotId: 1, recordedAt: 1 });
      await entries.createIndex(
        { lotId: 1 },
        { name: 'uses-by-lot', partialFilterExpression: { 'uses.0': { $exists: true } } },
      );
      await entries.createIndex(
        { gtin: 1 },
        { name: 'uses-by-product', partialFilterExpression: { 'uses.0': { $exists: true } } },
      );
      await entries.createIndex({ gtin: 1, 'units.serial': 1 });
      await entries.createIndex({ 'uses.pseudonym': 1 }, { sparse: true });
      await entries.createIndex({ event: 1 });
      await entries.createIndex({ organisation: 1, recordedAt: 1 });
      await holdings.createIndex({ lotId: 1 });
      await holdings.createIndex({ organisation: 1, gtin: 1, lot: 1 });
      await holdings.createIndex({ gtin: 1 });
      await units.createIndex({ gtin: 1, lot: 1 });
      await units.createIndex({ 'at.organisation': 1, 'at.account': 1 });
    },
  },
];
