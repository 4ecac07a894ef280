/** The two ends of a job: given up, with all its labels void; or closed as verified, with the count scanned. */
import { z } from 'zod';
import { type Actor, commandFields, type StockCommand } from '../inventory/command.ts';
import { readShipment } from '../inventory/shipment.ts';
import { ledgerCollections } from '../ledger/collections.ts';
import { refuse } from '../ledger/decision.ts';
import { unitId } from '../ledger/event.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import { type LabelJob, lotKeysOf, numbersOf } from './job.ts';
import { type JobState, loadJob, onJob } from './job-labels.ts';
import { printedSerials } from './serial-store.ts';

export const jobEndBody = z.strictObject(commandFields);

interface JobEndInput {
  readonly commandId: string;
  readonly happenedAt?: string | undefined;
  readonly job: string;
}

interface CancelState extends JobState {
  /** Whether a device bears one of its numbers already. */
  readonly inUse: boolean;
}

export interface EndedAnswer {
  readonly job: string;
  readonly labels: number;
  readonly spoiled: number;
  readonly verified: number;
}

/**
 * The numbers stay given: nobody can know which labels came out of the printer. A job is given up as a whole only while
 * nothing has been done with its labels.
 */
export const cancelJob: StockCommand<JobEndInput, CancelState, EndedAnswer> = {
  alone: true,

  async load(snapshot, actor: Actor, input) {
    const state = await loadJob(snapshot, actor, input);
    return { ...state, inUse: await isInUse(snapshot, state.job) };
  },

  facts(_input, { job, inUse }) {
    if (job.state === 'cancelled') return refuse('label/job-cancelled', { job: job._id });
    if (job.state === 'closed') return refuse('label/job-closed', { job: job._id });
    if (inUse || job.reprinted > 0 || job.verified > 0) return refuse('label/job-in-use', { job: job._id });
    const quantity = job.labels - job.spoiled;
    return {
      kind: 'facts',
      events: [
        {
          type: 'labelsSpoiled',
          step: 'labelling',
          about: lotKeysOf(job),
          details: { job: job._id, serials: [], quantity, cancelled: true },
        },
      ],
      answer: { job: job._id, labels: job.labels, spoiled: job.labels, verified: 0 },
      writes: [onJob(job, { $set: { state: 'cancelled', spoiled: job.labels } })],
    };
  },
};

/** A reprint's numbers are in use by the job that printed them first; a package's, once anything has arrived. A use does
 * not say in which pack the device was. */
async function isInUse(snapshot: Snapshot, job: LabelJob): Promise<boolean> {
  if (!job.serialised || job.reprintOf !== undefined) return false;
  if ('pack' in job) return false;
  if ('shipment' in job) {
    return (await readShipment(snapshot, job.shipment))?.lastReceivedAt !== undefined;
  }
  const ids: string[] = [];
  for await (const { serial } of numbersOf(snapshot.db, job)) ids.push(unitId(job.product, 'maker', serial));
  const { units } = ledgerCollections(snapshot.db);
  return (await units.findOne({ _id: { $in: ids } }, { session: snapshot.session })) !== null;
}

interface ClosingState extends JobState {
  /** How many of its labels are marked as verified; undefined where they are all alike and bear no mark. */
  readonly marked: number | undefined;
}

async function markedOf({ db, session }: Snapshot, job: LabelJob): Promise<number | undefined> {
  if (!job.serialised) return undefined;
  const marked = { printed: job._id, verified: job._id };
  return await printedSerials(db).countDocuments({ job: job.reprintOf ?? job._id, ...marked }, { session });
}

/** At the end of a print run. How many labels are scanned is the maker's own plan; none at all is no verification. */
export const closeJob: StockCommand<JobEndInput, ClosingState, EndedAnswer> = {
  alone: true,

  async load(snapshot, actor: Actor, input) {
    const state = await loadJob(snapshot, actor, input);
    return { ...state, marked: await markedOf(snapshot, state.job) };
  },

  facts(_input, { job, marked }) {
    if (job.state === 'cancelled') return refuse('label/job-cancelled', { job: job._id });
    if (job.state === 'closed') return refuse('label/job-closed', { job: job._id });
    const { labels, spoiled } = job;
    const verified = marked ?? job.verified;
    if (verified === 0) return refuse('label/none-verified', { job: job._id });
    return {
      kind: 'facts',
      events: [
        {
          type: 'labelsVerified',
          step: 'labelling',
          about: lotKeysOf(job),
          details: { job: job._id, quantity: labels, verified },
        },
      ],
      answer: { job: job._id, labels, spoiled, verified },
      writes: [onJob(job, { $set: { state: 'closed', verified } })],
    };
  },
};
