/**
 * The dates that labels of a lot bear, by the jobs that printed them. Every print writes its lot's document, so of two
 * jobs that begin at once the later one finds what the first has stated.
 */

import { type Refusal, refuse } from '../ledger/decision.ts';
import type { LotKey } from '../ledger/event.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import { labelJobs } from './job.ts';
import { type LabelDates, sameDates } from './label-dates.ts';
import { type Reading, within } from './serial-store.ts';

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

/** @returns why labels of a lot that is not recorded cannot bear these dates: other labels of it say something else. */
export async function refuseOtherDates(
  { db, session }: Pick<Snapshot, 'db' | 'session'>,
  key: LotKey,
  dates: LabelDates,
): Promise<Refusal | undefined> {
  const [other] = await jobsWithOtherDates({ db, session }, key, dates);
  if (other === undefined) return undefined;
  const { serialised: _, ...says } = other;
  return refuse('label/other-dates', { ...key, ...says });
}
