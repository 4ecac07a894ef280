/** Labels that cannot be on a device: asked by production, of the numbers that it is to record. */
import type { LotKey } from '../ledger/event.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import { labelJobs } from './job.ts';
import { findPrinted, type PrintedSerial } from './serial-store.ts';

/**
 * @returns those of the serial numbers that no label of this lot can bear on a device: printed for another lot, or each
 *   label of them spoiled or given up with its job. A number that was never printed here is none of them
 */
export async function voidLabels(
  snapshot: Pick<Snapshot, 'db' | 'session'>,
  { gtin, lot }: LotKey,
  serials: readonly string[],
): Promise<string[]> {
  const printed = [...(await findPrinted(snapshot, gtin, serials)).values()];
  const jobs = [...new Set(printed.flatMap((one) => one.printed))];
  if (jobs.length === 0) return [];
  const { db, session } = snapshot;
  const cancelled = await labelJobs(db)
    .find({ _id: { $in: jobs }, state: 'cancelled' }, { session, projection: { _id: 1 } })
    .toArray();
  const gone = new Set(cancelled.map(({ _id }) => _id));
  const isLive = (one: PrintedSerial) =>
    one.lot === lot && one.printed.some((job) => !gone.has(job) && !one.spoiled.includes(job));
  return printed.filter((one) => !isLive(one)).map(({ serial }) => serial);
}
