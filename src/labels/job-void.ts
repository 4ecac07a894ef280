/** Labels that cannot be on a device any more: asked by production, of the numbers that it is to record. */
import type { LotKey } from '../ledger/event.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import { labelJobs, labelJobsCollection } from './job.ts';
import {
  findPrinted,
  labelSerialsCollection,
  type PrintedSerial,
  type Reading,
  within,
} from './serial-store.ts';

/** @returns the printed ones by serial number, each with whether a label of it stands: not spoiled, its job not given up */
export async function standingOf(
  reading: Reading,
  gtin: string,
  serials: readonly string[],
): Promise<Map<string, PrintedSerial & { readonly stands: boolean }>> {
  const printed = [...(await findPrinted(reading, gtin, serials)).values()];
  const jobs = [...new Set(printed.flatMap((one) => one.printed))];
  const cancelled =
    jobs.length === 0
      ? []
      : await labelJobs(reading.db)
          .find({ _id: { $in: jobs }, state: 'cancelled' }, { ...within(reading), projection: { _id: 1 } })
          .toArray();
  const gone = new Set(cancelled.map(({ _id }) => _id));
  return new Map(
    printed.map((one) => {
      const stands = one.printed.some((job) => !gone.has(job) && !one.spoiled.includes(job));
      return [one.serial, { ...one, stands }];
    }),
  );
}

/**
 * @returns those of the serial numbers that no label of this lot can bear on a device: printed for another lot, or each
 *   label of them spoiled or given up with its job. A number that was never printed here is none of them
 */
export async function voidLabels(
  snapshot: Pick<Snapshot, 'query'>,
  { gtin, lot }: LotKey,
  serials: readonly string[],
): Promise<string[]> {
  const printed = await snapshot.query([labelSerialsCollection, labelJobsCollection], (db, session) =>
    standingOf({ db, session }, gtin, serials),
  );
  return [...printed.values()].filter((one) => one.lot !== lot || !one.stands).map(({ serial }) => serial);
}
