import type { Migration } from '../database/migrations.ts';
import { ledgerCollections } from '../ledger/collections.ts';
import { checksCollection } from './check.ts';
import { signalsCollection } from './counterfeit-storage.ts';
import { incidentsCollection } from './incident.ts';
import { conflictsCollection } from './serial-conflict.ts';
import { shipmentsCollection } from './shipment.ts';

/** Indexes of this room's collections; each serves one list. */
export const inventoryMigrations: readonly Migration[] = [
  {
    id: 'inventory/001-indexes',
    async run(db) {
      const shipments = db.collection(shipmentsCollection);
      await shipments.createIndex({ to: 1, sentAt: -1, _id: -1 });
      await shipments.createIndex({ from: 1, sentAt: -1, _id: -1 });
      await db.collection(incidentsCollection).createIndex({ organisation: 1, openedAt: -1, _id: -1 });
      await db.collection(checksCollection).createIndex({ organisation: 1, checkedAt: -1 });
    },
  },
  {
    id: 'inventory/002-uses-by-programme',
    async run(db) {
      // Sparse: most uses are in no programme.
      await ledgerCollections(db).entries.createIndex({ 'uses.programme': 1 }, { sparse: true });
    },
  },
  {
    id: 'inventory/003-counterfeit-signals',
    async run(db) {
      const signals = db.collection(signalsCollection);
      await signals.createIndex({ organisation: 1, day: -1, _id: 1 });
      await signals.createIndex({ gtin: 1, day: 1, origin: 1 });
      // Where a serial number was checked last: most checks name none.
      await db
        .collection(checksCollection)
        .createIndex(
          { gtin: 1, serial: 1, checkedAt: -1 },
          { partialFilterExpression: { serial: { $exists: true } } },
        );
    },
  },
  {
    id: 'inventory/004-serial-conflicts',
    async run(db) {
      const conflicts = db.collection(conflictsCollection);
      await conflicts.createIndex({ organisation: 1, day: -1, _id: 1 });
      // Nearly always there is none.
      await conflicts.createIndex({ unsignalled: 1 }, { sparse: true });
    },
  },
];
