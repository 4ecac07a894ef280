/** What every command that prints labels writes: the job, its numbers, its events. Pure. */
import type { Accepting, Actor, Facts } from '../inventory/command.ts';
import type { DecisionContext } from '../ledger/decision.ts';
import { bounds } from '../ledger/event.ts';
import { type JobMark, type LabelJob, type LotJob, labelJobsCollection, lotKeysOf, spaceOf } from './job.ts';
import type { Asked } from './job-drawing.ts';
import { type Allocated, enterSerials, type PrintedSerial } from './serial-store.ts';
import type { LabelTemplate } from './template.ts';

export interface PrintedAnswer {
  readonly job: string;
  readonly labels: number;
  readonly firstSerial?: string;
  readonly lastSerial?: string;
  readonly marks: readonly JobMark[];
}

/** What every job has, whatever its labels are of. */
type NewJob = Omit<LotJob, 'product' | 'content'>;

export interface NewJobFacts {
  readonly actor: Actor;
  readonly context: DecisionContext;
  readonly template: LabelTemplate;
  readonly asked: Asked;
  /** Empty where the labels bear none. */
  readonly serials: readonly string[];
  readonly labels: number;
  readonly marks: readonly JobMark[];
}

/** @returns a job that begins now. */
export function newJob({ actor, context, template, asked, serials, labels, marks }: NewJobFacts): NewJob {
  const { startPosition, shiftMm, dotsPerInch, languages } = asked;
  return {
    _id: context.eventId(0),
    organisation: actor.organisation,
    template,
    languages: languages ?? template.languages,
    dotsPerInch,
    ...(startPosition === undefined ? {} : { startPosition }),
    ...(shiftMm === undefined ? {} : { shiftMm }),
    labels,
    serialised: serials.length > 0,
    ...ends(serials),
    marks,
    printedAt: context.recordTime,
    printedBy: actor.person,
    state: 'open',
    ...{ spoiled: 0, reprinted: 0, verified: 0 },
  };
}

/** @returns the first and the last of the numbers, where there are any. */
export function ends(serials: readonly string[]): Pick<LotJob, 'firstSerial' | 'lastSerial'> {
  const [firstSerial, lastSerial] = [serials[0], serials.at(-1)];
  return firstSerial === undefined || lastSerial === undefined ? {} : { firstSerial, lastSerial };
}

/** @param allocated undefined where all labels are alike @param of product and lot of what bears a number */
export function acceptJob(
  job: LabelJob,
  { serials, range, writes }: Allocated = { serials: [], range: false, writes: [] },
  of: (serial: string) => Pick<PrintedSerial, 'gtin' | 'lot'> = () => ({}),
): Accepting<PrintedAnswer> {
  const { _id, labels, marks } = job;
  return {
    kind: 'facts',
    events: printedEvents(job, serials, range),
    answer: { job: _id, labels, ...ends(serials), marks },
    writes: [
      ...writes,
      { collection: labelJobsCollection, insert: { ...job } },
      ...enterSerials(spaceOf(job), _id, serials, of),
    ],
  };
}

/** One event for a range, or for labels that are alike; a list goes over as many as it needs. */
export function printedEvents(
  job: LabelJob,
  serials: readonly string[],
  range: boolean,
): Facts<'labelsPrinted'>[] {
  const { template, labels, reprintOf, reason } = job;
  const size = range || serials.length === 0 ? labels : bounds.serialsPerEvent;
  const events: Facts<'labelsPrinted'>[] = [];
  for (let from = 0; from < labels; from += size) {
    const part = serials.slice(from, from + size);
    events.push({
      type: 'labelsPrinted',
      step: 'labelling',
      about: lotKeysOf(job),
      details: {
        job: job._id,
        template: template.name,
        templateVersion: template.version,
        quantity: Math.min(size, labels - from),
        ...ends(part),
        ...(range || part.length === 0 ? {} : { serials: part }),
        ...(reprintOf === undefined ? {} : { reprintOf }),
        ...(reason === undefined ? {} : { reason }),
        ...('shipment' in job ? { shipment: job.shipment } : {}),
        ...('pack' in job ? { stated: job.pack } : {}),
      },
    });
  }
  return events;
}
