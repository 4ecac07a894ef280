/** Collections and indexes of printers and of what was sent to them. */
import { makeCollection } from '../database/make-collection.ts';
import type { Migration } from '../database/migrations.ts';
import { printerSendsCollection } from './printer-sends.ts';
import { printersCollection } from './printers.ts';

export const printerMigrations: readonly Migration[] = [
  {
    id: 'labels/printers-001',
    async run(db) {
      await makeCollection(db, printersCollection);
      await db.collection(printersCollection).createIndex({ organisation: 1, name: 1 }, { unique: true });
      const sends = db.collection(printerSendsCollection);
      // One at a time has a printer; the field is there only as long as it does.
      await sends.createIndex(
        { holds: 1 },
        { unique: true, partialFilterExpression: { holds: { $type: 'string' } } },
      );
      // A job is printed once: what is printed again is a reprint, with a reason.
      await sends.createIndex(
        { claims: 1 },
        { unique: true, partialFilterExpression: { claims: { $type: 'string' } } },
      );
      await sends.createIndex({ organisation: 1, startedAt: -1, _id: -1 });
    },
  },
  {
    // Printers of before there was a choice are spoken to as they were.
    id: 'labels/printers-002',
    async run(db) {
      await db
        .collection(printersCollection)
        .updateMany({ protocol: { $exists: false } }, { $set: { protocol: 'raw' } });
    },
  },
];
