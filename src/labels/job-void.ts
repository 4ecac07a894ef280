/** Labels that cannot be on a device any more, or say what is not so: asked by production, of the numbers that it is to record. */
import type { LotKey } from '../ledger/event.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import { labelJobs, labelJobsCollection } from './job.ts';
import type { LabelDates } from './label-dates.ts';
import {
  findPrinted,
  labelSerialsCollection,
  type PrintedSerial,
  type Reading,
  within,
} from './serial-store.ts';
import { jobsWithOtherDates } from './stated-dates.ts';

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

/** What keeps a lot from being recorded with these dates and numbers. */
interface LabelFaults {
  /**
   * The serial numbers that no label of this lot can bear on a device: printed for another lot, or each label of them
   * spoiled or given up with its job. A number that was never printed here is none of them.
   */
  readonly void: readonly string[];
  /** The serial numbers whose labels bear other dates … */
  readonly otherDates: readonly string[];
  /** … and the jobs of labels without a number that do. */
  readonly jobs: readonly string[];
}

/** @returns what is wrong with the labels of a lot that is to be recorded with these dates and numbers. */
export async function labelFaults(
  snapshot: Pick<Snapshot, 'query'>,
  lot: LotKey & LabelDates,
  serials: readonly string[],
): Promise<LabelFaults> {
  const [printed, others] = await snapshot.query(
    [labelSerialsCollection, labelJobsCollection],
    async (db, session) => [
      [...(await standingOf({ db, session }, lot.gtin, serials)).values()],
      await jobsWithOtherDates({ db, session }, lot, lot),
    ],
  );
  const of = (one: PrintedSerial & { readonly stands: boolean }) => one.lot === lot.lot && one.stands;
  const jobs = new Set(others.map(({ job }) => job));
  const saysOther = ({ printed: by, spoiled }: PrintedSerial) =>
    by.some((job) => jobs.has(job) && !spoiled.includes(job));
  return {
    void: printed.filter((one) => !of(one)).map(({ serial }) => serial),
    otherDates: printed.filter((one) => of(one) && saysOther(one)).map(({ serial }) => serial),
    jobs: others.filter(({ serialised }) => !serialised).map(({ job }) => job),
  };
}
