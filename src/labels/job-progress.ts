/**
 * How far the newest fetch of a job's file is. It stands apart from the job: written again and again while labels are
 * drawn, it would overtake whoever gives the job up meanwhile, until there was nothing left to stop.
 */
import type { mongo } from 'mongoose';

export interface JobProgress {
  /** Labels. */
  readonly drawn: number;
  /** RFC 3339: when all had been drawn. */
  readonly finishedAt?: string;
}

interface StoredProgress extends JobProgress {
  /** Id of the job. */
  readonly _id: string;
}

export const jobProgressCollection = 'labelJobProgress';

function collection(db: mongo.Db): mongo.Collection<StoredProgress> {
  return db.collection(jobProgressCollection);
}

export async function noteProgress(db: mongo.Db, job: string, progress: JobProgress): Promise<void> {
  await collection(db).replaceOne({ _id: job }, progress, { upsert: true });
}

/** @returns how far the files of these jobs are, by job; a job that is not in it was never fetched. */
export async function readProgress(
  db: mongo.Db,
  jobs: readonly string[],
): Promise<ReadonlyMap<string, JobProgress>> {
  const found = await collection(db)
    .find({ _id: { $in: [...jobs] } })
    .toArray();
  return new Map(found.map(({ _id, ...progress }) => [_id, progress]));
}
