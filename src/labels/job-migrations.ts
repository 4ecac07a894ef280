/** Collections and indexes of print jobs. */
import { makeCollection } from '../database/make-collection.ts';
import type { Migration } from '../database/migrations.ts';
import { labelJobsCollection } from './job.ts';
import { jobProgressCollection } from './job-progress.ts';
import { labelCountersCollection, labelSerialsCollection } from './serial-store.ts';

export const labelJobMigrations: readonly Migration[] = [
  {
    id: 'labels/001-jobs',
    async run(db) {
      await makeCollection(db, labelCountersCollection);
      await makeCollection(db, jobProgressCollection);
      // A place in a job is given once, as a number is.
      await db.collection(labelSerialsCollection).createIndex({ job: 1, nth: 1 }, { unique: true });
      await db.collection(labelJobsCollection).createIndex({ organisation: 1, printedAt: -1, _id: -1 });
      // What printed labels that are all alike.
      await db.collection(labelJobsCollection).createIndex({ product: 1, 'content.lot': 1, printedAt: -1 });
    },
  },
  {
    id: 'labels/002-shipments',
    async run(db) {
      // Which packages of a shipment have labels.
      await db
        .collection(labelJobsCollection)
        .createIndex({ shipment: 1 }, { partialFilterExpression: { shipment: { $type: 'string' } } });
    },
  },
];
