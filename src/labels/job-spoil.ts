/** Reports labels of a job as spoiled: torn, jammed, printed askew, and destroyed. What was printed is accounted for. */
import { z } from 'zod';
import { commandFields, type Facts, type StockCommand } from '../inventory/command.ts';
import { refuse } from '../ledger/decision.ts';
import { bounds } from '../ledger/event.ts';
import { type LabelJob, lotKeysOf, spaceOf } from './job.ts';
import { type JobState, labelsOf, loadJob, onJob, type SomeLabels, someLabels } from './job-labels.ts';
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

/** Labels that came out of the printer and are on no device: their numbers are never given again. */
export const spoilLabels: StockCommand<SpoilInput, JobState, SpoiledAnswer> = {
  alone: true,
  load: loadJob,

  facts(input, state) {
    const { job, printed } = state;
    if (job.state === 'cancelled') return refuse('label/job-cancelled', { job: job._id });
    const serials = labelsOf(input, state);
    if ('kind' in serials) return serials;
    const before = serials.filter((serial) => printed.get(serial)?.spoiled.includes(job._id) === true);
    if (before.length > 0) return refuse('label/spoiled-already', { serials: before.slice(0, 20) });
    const quantity = input.quantity ?? serials.length;
    const spoiled = job.spoiled + quantity;
    if (spoiled > job.labels) {
      return refuse('label/not-of-job', { labels: job.labels, spoiled: job.spoiled });
    }
    return {
      kind: 'facts',
      events: spoiledEvents(job, serials, quantity),
      answer: { job: job._id, spoiled },
      writes: [
        onJob(job, { $inc: { spoiled: quantity } }),
        ...noteSerials(spaceOf(job), serials, 'spoiled', job._id),
      ],
    };
  },
};

/** One event, or as many as the numbers need. */
function spoiledEvents(
  job: LabelJob,
  serials: readonly string[],
  quantity: number,
): Facts<'labelsSpoiled'>[] {
  const size = serials.length === 0 ? quantity : bounds.serialsPerEvent;
  const events: Facts<'labelsSpoiled'>[] = [];
  for (let from = 0; from < quantity; from += size) {
    events.push({
      type: 'labelsSpoiled',
      step: 'labelling',
      about: lotKeysOf(job),
      details: {
        job: job._id,
        serials: serials.slice(from, from + size),
        quantity: Math.min(size, quantity - from),
      },
    });
  }
  return events;
}
