/**
 * Prints labels of a job again, for a stated reason. The labels are the same to the last module: that they were
 * printed twice is in the record, never in the symbol, or the same device would have two identities.
 */
import { z } from 'zod';
import { text } from '../http/fields.ts';
import { commandFields, type StockCommand, today } from '../inventory/command.ts';
import { refuse } from '../ledger/decision.ts';
import type { Commitment } from '../ledger/event.ts';
import { isOfLot, type LabelJob, labelJobsCollection, lotsOf, spaceOf } from './job.ts';
import { ends, type PrintedAnswer, printedEvents } from './job-accept.ts';
import { marksOf, refuseUnprintable } from './job-barriers.ts';
import { type JobState, labelsOf, loadJob, onJob, type SomeLabels, someLabels } from './job-labels.ts';
import { marksOfContent } from './label-law.ts';
import { noteSerials, printingsMax } from './serial-store.ts';

export const reprintBody = z.strictObject({
  ...commandFields,
  ...someLabels,
  reason: text({ max: 500, lines: true }),
});

export interface ReprintInput extends SomeLabels {
  readonly commandId: string;
  readonly happenedAt?: string | undefined;
  readonly reasonText: Commitment;
}

/** Labels of a job once more, as a job of their own; refused for what no label may be printed for any more. */
export const reprintLabels: StockCommand<ReprintInput, JobState, PrintedAnswer & { reprintOf: string }> = {
  alone: true,
  load: loadJob,

  facts(input, state, _bench, actor, context) {
    const { job: first, stock, printed } = state;
    if (first.reprintOf !== undefined) return refuse('label/reprint-of-reprint', { job: first.reprintOf });
    if (first.state === 'cancelled') return refuse('label/job-cancelled', { job: first._id });
    const serials = labelsOf(input, state);
    if ('kind' in serials) return serials;
    // What stands on another unit of the first job is no matter here.
    const lots = lotsOf({ ...first, selection: serials });
    const barrier = refuseUnprintable(first.content.kind, lots, stock, today(context));
    if (barrier !== undefined) return barrier;
    const tooOften = [...printed.values()].filter((one) => one.printed.length >= printingsMax);
    if (tooOften.length > 0) {
      const serials = tooOften.slice(0, 20).map(({ serial }) => serial);
      return refuse('label/reprinted-too-often', { serials, limit: printingsMax });
    }
    const labels = input.quantity ?? serials.length;
    const { firstSerial: _first, lastSerial: _last, startPosition: _place, ...same } = first;
    const job: LabelJob = {
      ...same,
      _id: context.eventId(0),
      labels,
      ...ends(serials),
      ...(serials.length === 0 ? {} : { selection: serials }),
      reprintOf: first._id,
      reason: input.reasonText,
      marks: [
        ...marksOf(lots, stock, today(context)),
        ...(isOfLot(first) ? marksOfContent(first.content, first.template) : []),
        ...first.marks.filter((mark) => mark === 'unit-contaminated'),
      ],
      printedAt: context.recordTime,
      printedBy: actor.person,
      state: 'open',
      ...{ spoiled: 0, reprinted: 0, verified: 0 },
    };
    return {
      kind: 'facts',
      events: printedEvents(job, serials, false),
      answer: { job: job._id, reprintOf: first._id, labels, ...ends(serials), marks: job.marks },
      writes: [
        onJob(first, { $inc: { reprinted: labels } }),
        { collection: labelJobsCollection, insert: { ...job } },
        ...noteSerials(spaceOf(first), serials, 'printed', job._id),
      ],
    };
  },
};
