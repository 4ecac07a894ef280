/** Reports labels of a job as spoiled: torn, jammed, printed askew, and destroyed. What was printed is accounted for. */
import { z } from 'zod';
import { commandFields, type StockCommand } from '../inventory/command.ts';
import { refuse } from '../ledger/run.ts';
import { lotKeysOf, spaceOf } from './job.ts';
import { type JobState, loadJob, onJob, refuseOthers, type SomeLabels, someLabels } from './job-labels.ts';
import { noteSerials } from './serial-store.ts';

export const spoilBody = z.strictObject({ ...commandFields, ...someLabels });

interface SpoilInput extends SomeLabels {
  readonly commandId: string;
  readonly happenedAt?: string | undefined;
}

export interface SpoiledAnswer {
  readonly job: string;
  /** Of the job, with those of this command. */
  readonly spoiled: number;
}

export const spoilLabels: StockCommand<SpoilInput, JobState, SpoiledAnswer> = {
  alone: true,
  load: loadJob,

  facts(input, state) {
    const { job, printed } = state;
    if (job.state === 'cancelled') return refuse('label/job-cancelled', { job: job._id });
    const refusal = refuseOthers(input, state);
    if (refusal !== undefined) return refusal;
    const { serials = [] } = input;
    const before = serials.filter((serial) => printed.get(serial)?.spoiled.includes(job._id) === true);
    if (before.length > 0) return refuse('label/spoiled-already', { serials: before.slice(0, 20) });
    const quantity = input.quantity ?? serials.length;
    const spoiled = job.spoiled + quantity;
    if (spoiled > job.labels) {
      return refuse('label/not-of-job', { labels: job.labels, spoiled: job.spoiled });
    }
    return {
      kind: 'facts',
      events: [
        {
          type: 'labelsSpoiled',
          step: 'labelling',
          about: lotKeysOf(job),
          details: { job: job._id, serials, quantity },
        },
      ],
      answer: { job: job._id, spoiled },
      writes: [
        onJob(job, { $inc: { spoiled: quantity } }),
        ...noteSerials(spaceOf(job), serials, 'spoiled', job._id),
      ],
    };
  },
};
