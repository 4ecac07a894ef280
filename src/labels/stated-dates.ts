/**
 * The dates that labels of a lot bear before its maker has recorded it: one document a lot, so that of two jobs that
 * begin at once with different dates one finds what the other stated.
 */
import type { mongo } from 'mongoose';
import type { Write } from '../database/write.ts';
import { type LotKey, lotId } from '../ledger/event.ts';
import { type Refusal, refuse } from '../ledger/run.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import { labelJobs } from './job.ts';
import { type LabelDates, sameDates } from './label-dates.ts';
import { type Reading, within } from './serial-store.ts';

export const statedDatesCollection = 'labelDates';

/** `_id` is the lot's. */
interface StatedDatesOfLot extends LabelDates {
  readonly _id: string;
  /** How many jobs stated them; each counts, so that two at once meet here. */
  readonly jobs: number;
}

/** A job whose labels are not all void, and bear other dates. */
interface OtherJob extends LabelDates {
  readonly job: string;
  readonly serialised: boolean;
}

/** @returns the jobs of a lot, not given up nor spoiled as a whole, whose labels bear other dates than these. */
export async function jobsWithOtherDates(
  reading: Reading,
  { gtin, lot }: LotKey,
  dates: LabelDates,
): Promise<OtherJob[]> {
  const jobs = await labelJobs(reading.db)
    .find({ product: gtin, 'content.lot': lot, state: { $ne: 'cancelled' } }, within(reading))
    .toArray();
  return jobs.flatMap((job) => {
    if (!('product' in job) || job.spoiled >= job.labels) return [];
    const { manufacturedOn, expiresOn } = job.content;
    if (manufacturedOn === undefined || sameDates(job.content, dates)) return [];
    return [
      {
        ...{ job: job._id, serialised: job.serialised, manufacturedOn },
        ...(expiresOn === undefined ? {} : { expiresOn }),
      },
    ];
  });
}

/**
 * @returns the write that notes what the labels of a lot say that is not recorded yet; or why they cannot say it: other
 *   labels of the lot say something else
 */
export async function stateDates(
  { db, session }: Pick<Snapshot, 'db' | 'session'>,
  key: LotKey,
  dates: LabelDates,
): Promise<Write | Refusal> {
  const [other] = await jobsWithOtherDates({ db, session }, key, dates);
  if (other !== undefined) {
    const { serialised: _, ...says } = other;
    return refuse('label/other-dates', { ...key, ...says });
  }
  const collection = statedDatesCollection;
  const _id = lotId(key);
  const known = await statedDates(db).findOne({ _id }, { session });
  if (known === null) return { collection, insert: { _id, ...dates, jobs: 1 } };
  const { expiresOn } = dates;
  return {
    collection,
    filter: { _id, jobs: known.jobs },
    update: {
      $set: { ...dates },
      ...(expiresOn === undefined ? { $unset: { expiresOn: 1 } } : {}),
      $inc: { jobs: 1 },
    },
  };
}

function statedDates(db: mongo.Db): mongo.Collection<StatedDatesOfLot> {
  return db.collection(statedDatesCollection);
}
