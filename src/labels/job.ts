/** A print job 打印任务: which labels, of what, by whom, and what became of them. */
import type { mongo } from 'mongoose';
import { Failure } from '../errors.ts';
import type { Commitment } from '../ledger/event.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import type { JobContent } from './job-content.ts';
import { printedSerials } from './serial-store.ts';
import type { LabelTemplate } from './template.ts';
import type { LabelLanguage } from './wording.ts';

/** Labels of a job: a large roll, and what a printer's queue takes as one file. More are several jobs. */
export const labelsPerJob = 10_000;

/** Serial numbers that one request names: as many as an event of the ledger holds. */
export const serialsPerRequest = 1_000;

/** What stood on the lot when its labels were printed. */
export type JobMark =
  /** The maker has not recorded the lot: labels come before production. */
  'lot-not-recorded' | 'lot-not-released' | 'lot-on-hold';

/** As stored in `labelJobs`; `_id` is the id of its first `labelsPrinted` event. */
export interface LabelJob {
  readonly _id: string;
  readonly organisation: string;
  /** GTIN of the product, whose own the serial numbers are. */
  readonly product: string;
  /** What the labels say, all but the serial number. Drawn again, it gives the same file. */
  readonly content: JobContent;
  /** The template as it was: a newer version of it does not change this job. */
  readonly template: LabelTemplate;
  readonly languages: readonly LabelLanguage[];
  readonly dotsPerInch: 203 | 300;
  readonly startPosition?: number;
  readonly labels: number;
  readonly serialised: boolean;
  readonly firstSerial?: string;
  readonly lastSerial?: string;
  /** Of a reprint: the job that printed them first, why, and which labels. */
  readonly reprintOf?: string;
  readonly reason?: Commitment;
  readonly selection?: readonly string[];
  readonly marks: readonly JobMark[];
  /** RFC 3339. */
  readonly printedAt: string;
  /** Person id. */
  readonly printedBy: string;
  readonly state: 'open' | 'cancelled' | 'closed';
  /** Labels of this job. */
  readonly spoiled: number;
  readonly reprinted: number;
  readonly verified: number;
}

export const labelJobsCollection = 'labelJobs';

/** @returns the collection of print jobs. */
export function labelJobs(db: mongo.Db): mongo.Collection<LabelJob> {
  return db.collection(labelJobsCollection);
}

/**
 * @param session reads inside a transaction
 * @throws Failure `not-found` where there is no such job, or it is another organisation's
 */
export async function readJob(
  { db, session }: { readonly db: mongo.Db; readonly session?: Snapshot['session'] },
  organisation: string,
  job: string,
): Promise<LabelJob> {
  const found = await labelJobs(db).findOne({ _id: job }, session === undefined ? {} : { session });
  if (found === null || found.organisation !== organisation) throw new Failure('not-found');
  return found;
}

/** @returns the serial numbers of a job, in the order of its labels. */
export async function* serialsOf(db: mongo.Db, job: LabelJob): AsyncGenerator<string> {
  if (job.selection !== undefined) {
    yield* job.selection;
    return;
  }
  const found = printedSerials(db).find(
    { job: job._id },
    {
      projection: { _id: 0, serial: 1 },
      sort: { nth: 1 },
    },
  );
  for await (const { serial } of found) yield serial;
}

/** @returns the serial number of one label of a job, counted from 0; undefined where its labels bear none. */
export async function serialAt(db: mongo.Db, job: LabelJob, nth: number): Promise<string | undefined> {
  if (!job.serialised) return undefined;
  if (job.selection !== undefined) return job.selection[nth];
  return (await printedSerials(db).findOne({ job: job._id, nth }))?.serial;
}
