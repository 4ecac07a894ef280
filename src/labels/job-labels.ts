/** Labels of a job that a later command names: one by one, by ranges, or a number of them where all are alike. */
import { z } from 'zod';
import type { Write } from '../database/write.ts';
import { quantity } from '../http/fields.ts';
import type { Actor } from '../inventory/command.ts';
import { serialNumber } from '../inventory/lines.ts';
import { loadStock, type Stock } from '../inventory/stock.ts';
import { type Refusal, refuse } from '../ledger/decision.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import {
  type LabelJob,
  labelJobsCollection,
  labelsPerJob,
  lotKeysOf,
  readJob,
  serialsPerRequest,
  spaceOf,
} from './job.ts';
import { type LabelRange, labelRanges, serialsWithin } from './label-ranges.ts';
import { findPrinted, type PrintedSerial } from './serial-store.ts';

export const someLabels = {
  /** Of a job whose labels bear serial numbers. */
  serials: z.array(serialNumber()).min(1).max(serialsPerRequest).optional(),
  /** Of such a job, from one label to another, both included: a spoiled roll of any length. */
  ranges: labelRanges.optional(),
  /** Of a job whose labels are alike. */
  quantity: quantity({ max: labelsPerJob }).optional(),
};

export interface SomeLabels {
  readonly job: string;
  readonly serials?: readonly string[] | undefined;
  readonly ranges?: readonly LabelRange[] | undefined;
  readonly quantity?: number | undefined;
}

/** A job, the labels named, and what stands on its lots. */
export interface JobState {
  readonly stock: Stock;
  readonly job: LabelJob;
  /** The numbers of the labels named, one by one or by ranges; or why the ranges are none of the job. */
  readonly named: readonly string[] | Refusal;
  /** Those of the serial numbers named that were printed, of this job or another. */
  readonly printed: ReadonlyMap<string, PrintedSerial>;
}

/** @throws Failure `not-found` for another's job */
export async function loadJob(
  snapshot: Snapshot,
  { organisation }: Actor,
  { job: id, serials, ranges }: SomeLabels,
): Promise<JobState> {
  const job = await readJob(snapshot, organisation, id);
  // Of one that names them both ways nothing is looked up: it is refused.
  const named =
    ranges === undefined || serials ? (serials ?? []) : await serialsWithin(snapshot, job, ranges);
  return {
    job,
    named,
    stock: await loadStock(snapshot, [organisation], lotKeysOf(job)),
    printed: await findPrinted(snapshot, spaceOf(job), 'kind' in named ? [] : named),
  };
}

/** @returns the numbers of the labels, none where all are alike; or why they are no labels of the job */
export function labelsOf(
  { serials, ranges, quantity: stated }: SomeLabels,
  { job, named, printed }: JobState,
): readonly string[] | Refusal {
  const ways = [serials, ranges].filter((way) => way !== undefined).length;
  if (ways !== (job.serialised ? 1 : 0) || job.serialised === (stated !== undefined)) {
    const fault = job.serialised
      ? {
          pointer: '/serials',
          zh: '请列出序列号，或给出序列号范围，二者选一。',
          en: 'Name the serial numbers, or ranges of them: one of the two.',
        }
      : { pointer: '/quantity', zh: '请填写数量。', en: 'State how many.' };
    return refuse('request/invalid', {}, [fault]);
  }
  if ('kind' in named) return named;
  if (!job.serialised) {
    return (stated ?? 0) > job.labels ? refuse('label/not-of-job', { labels: job.labels }) : [];
  }
  if (new Set(named).size !== named.length) return refuse('device/serial-repeated');
  const others = named.filter((serial) => printed.get(serial)?.printed.includes(job._id) !== true);
  return others.length === 0 ? named : refuse('label/not-of-job', { serials: others.slice(0, 20) });
}

/** @returns the write that changes a job, where it still is as it was seen. */
export function onJob({ _id, state }: LabelJob, update: object): Write {
  return { collection: labelJobsCollection, filter: { _id, state }, update };
}
