/** Labels that cannot be on a device: asked by production, of the numbers that it is to record. */
import type { LotKey } from '../ledger/event.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import { labelJobs, labelJobsCollection } from './job.ts';
import { findPrinted, labelSerialsCollection, type PrintedSerial } from './serial-store.ts';

/**
 * @returns those of the serial numbers that no label of this lot can bear on a device: printed for another lot, or each
 *   label of them spoiled or given up with its job. A number that was never printed here is none of them
 */
export async function voidLabels(
  snapshot: Pick<Snapshot, 'query'>,
  { gtin, lot }: LotKey,
  serials: readonly string[],
): Promise<string[]> {
  const found = await snapshot.query([labelSerialsCollection], (db, session) =>
    findPrinted({ db, session }, gtin, serials),
  );
  const printed = [...found.values()];
  const jobs = [...new Set(printed.flatMap((one) => one.printed))];
  if (jobs.length === 0) return [];
  const cancelled = await snapshot.query([labelJobsCollection], (db, session) =>
    labelJobs(db)
      .find({ _id: { $in: jobs }, state: 'cancelled' }, { session, projection: { _id: 1 } })
      .toArray(),
  );
  const gone = new Set(cancelled.map(({ _id }) => _id));
  const isLive = (one: PrintedSerial) =>
    one.lot === lot && one.printed.some((job) => !gone.has(job) && !one.spoiled.includes(job));
  return printed.filter((one) => !isLive(one)).map(({ serial }) => serial);
}
