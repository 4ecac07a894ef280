/** Labels of a job that a later command names: by serial number, or a number of them where all are alike. */
import { z } from 'zod';
import type { Write } from '../database/write.ts';
import { quantity } from '../http/fields.ts';
import type { Actor } from '../inventory/command.ts';
import { serialNumber } from '../inventory/lines.ts';
import { loadStock, type Stock } from '../inventory/stock.ts';
import { type Refusal, refuse } from '../ledger/run.ts';
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
import { findPrinted, type PrintedSerial } from './serial-store.ts';

export const someLabels = {
  /** Of a job whose labels bear serial numbers. */
  serials: z.array(serialNumber()).min(1).max(serialsPerRequest).optional(),
  /** Of a job whose labels are alike. */
  quantity: quantity({ max: labelsPerJob }).optional(),
};

export interface SomeLabels {
  readonly job: string;
  readonly serials?: readonly string[] | undefined;
  readonly quantity?: number | undefined;
}

/** A job, the labels named, and what stands on its lots. */
export interface JobState {
  readonly stock: Stock;
  readonly job: LabelJob;
  /** Those of the serial numbers named that were printed, of this job or another. */
  readonly printed: ReadonlyMap<string, PrintedSerial>;
}

/** @throws Failure `not-found` for another's job */
export async function loadJob(
  snapshot: Snapshot,
  { organisation }: Actor,
  { job: id, serials = [] }: SomeLabels,
): Promise<JobState> {
  const job = await readJob(snapshot, organisation, id);
  return {
    job,
    stock: await loadStock(snapshot, [organisation], lotKeysOf(job)),
    printed: await findPrinted(snapshot, spaceOf(job), serials),
  };
}

/** @returns why these are no labels of the job */
export function refuseOthers(
  { serials, quantity: stated }: SomeLabels,
  { job, printed }: JobState,
): Refusal | undefined {
  if (job.serialised !== (serials !== undefined) || job.serialised === (stated !== undefined)) {
    const fault = job.serialised
      ? { pointer: '/serials', zh: '请列出序列号。', en: 'Name the serial numbers.' }
      : { pointer: '/quantity', zh: '请填写数量。', en: 'State how many.' };
    return refuse('request/invalid', {}, [fault]);
  }
  if (serials === undefined) {
    return (stated ?? 0) > job.labels ? refuse('label/not-of-job', { labels: job.labels }) : undefined;
  }
  if (new Set(serials).size !== serials.length) return refuse('device/serial-repeated');
  const others = serials.filter((serial) => printed.get(serial)?.printed.includes(job._id) !== true);
  return others.length === 0 ? undefined : refuse('label/not-of-job', { serials: others.slice(0, 20) });
}

/** @returns the write that changes a job, where it still is as it was seen. */
export function onJob({ _id, state }: LabelJob, update: object): Write {
  return { collection: labelJobsCollection, filter: { _id, state }, update };
}
