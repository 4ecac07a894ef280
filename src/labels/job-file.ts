/**
 * The file of a job, drawn while it is fetched and never kept: the same bytes each time, so that a broken download is
 * simply fetched again. How far it came is written into the job, where any process can be asked for it.
 */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { mongo } from 'mongoose';
import { dayInChina } from '../catalogue/day.ts';
import { readLots } from '../catalogue/lots.ts';
import { readProductRestrictions } from '../catalogue/product-standings.ts';
import type { Clock } from '../clock.ts';
import { Failure, unreachable } from '../errors.ts';
import { lotId } from '../ledger/event.ts';
import type { LabelContent } from './content.ts';
import { type LabelJob, labelJobs, lotsOf, type NumberedLabel, numbersOf } from './job.ts';
import { refuseUnprintable } from './job-barriers.ts';
import { contentOfLabel, firstContent } from './job-drawing.ts';
import { noteProgress } from './job-progress.ts';
import { drawZpl, type LabelFormat } from './outputs.ts';
import { drawLabels } from './render.ts';
import { parseTemplate } from './template.ts';

export interface FileParts {
  readonly db: mongo.Db;
  readonly clock: Clock;
  /** Of the service: another one may draw the same label another way. */
  readonly version: string;
}

/** Labels between two looks at whether job and lot still stand. */
const labelsPerLook = 100;

/** Of one organisation at a time in one process: each takes its share of the only thread. */
const filesAtOnce = 2;
const drawing = new Map<string, number>();

/** Those that hold a whole job. */
export type FileFormat = Extract<LabelFormat, 'pdf' | 'zpl'>;

/** @returns what tells the file from any other; the same as long as the bytes are. */
export function fileTag({ _id, template, labels }: LabelJob, version: string, format: FileFormat): string {
  const text = JSON.stringify([_id, template, labels, version, format]);
  return `"${createHash('sha256').update(text, 'utf8').digest('base64url').slice(0, 27)}"`;
}

/**
 * @throws Failure where no label of the job may come out of a printer any more: `label/job-cancelled`,
 *   `label/job-closed`, `label/lot-recalled`, `label/lot-expired`
 */
export async function assertPrintable({ db, clock }: FileParts, job: LabelJob): Promise<void> {
  if (job.state === 'cancelled') throw new Failure('label/job-cancelled', { job: job._id });
  // Fetched once more, its labels would be printed again with neither reason nor record.
  if (job.state === 'closed') throw new Failure('label/job-closed', { job: job._id });
  const labelled = lotsOf(job);
  const lots = await readLots(db, labelled.map(lotId));
  const products = [...new Set(labelled.map(({ gtin }) => gtin))];
  const standing = { lots, productRestrictions: await readProductRestrictions(db, products) };
  const refusal = refuseUnprintable(job.content.kind, labelled, standing, dayInChina(clock.now()));
  if (refusal !== undefined) throw new Failure(refusal.code, refusal.info);
}

/**
 * @returns the file, drawn as it is read; nothing is begun before the first byte is asked for. It ends in the midst,
 *   with a Failure of {@link assertPrintable}, where the job is cancelled or the lot recalled meanwhile
 * @throws Failure `service/busy` where the organisation fetches too many at once
 */
export function fileOf(parts: FileParts, job: LabelJob, format: FileFormat): Readable {
  const leave = enter(job.organisation);
  return Readable.from(piecesOf(parts, job, format), { objectMode: false }).once('close', leave);
}

/** @returns the same without a bound on how many are drawn at once: for printers, which are slow. */
export async function* piecesOf(
  parts: FileParts,
  job: LabelJob,
  format: FileFormat,
): AsyncGenerator<Buffer, void, undefined> {
  const { labels, languages, dotsPerInch, startPosition, shiftMm, printedAt } = job;
  const template = parseTemplate(job.template);
  const contents = contentsOf(parts, job);
  switch (format) {
    case 'pdf': {
      const place = {
        ...(startPosition === undefined ? {} : { startPosition }),
        ...(shiftMm === undefined ? {} : { shiftMm }),
      };
      const options = { now: new Date(printedAt), languages, dotsPerInch, ...place };
      yield* drawLabels(template, { labels, first: firstContent(job), contents }, options);
      break;
    }
    case 'zpl':
      yield* drawZpl(template, contents, { languages, dotsPerInch });
      break;
    default:
      unreachable(format);
  }
  await lookAgain(parts, job);
  await noteProgress(parts.db, job._id, { drawn: labels, finishedAt: parts.clock.now().toISOString() });
}

/** @throws Failure of {@link assertPrintable}, as the job and its lot are by now */
async function lookAgain(parts: FileParts, job: LabelJob): Promise<void> {
  const now = await labelJobs(parts.db).findOne({ _id: job._id });
  await assertPrintable(parts, now ?? job);
}

async function* contentsOf(parts: FileParts, job: LabelJob): AsyncGenerator<LabelContent> {
  const { db } = parts;
  let drawn = 0;
  const content = async (label: NumberedLabel | undefined): Promise<LabelContent> => {
    if (drawn % labelsPerLook === 0) {
      // A recall that is decided in the midst of a roll ends it.
      await lookAgain(parts, job);
      await noteProgress(db, job._id, { drawn });
    }
    drawn += 1;
    return contentOfLabel(job.content, label);
  };
  if (job.serialised) {
    for await (const label of numbersOf(db, job)) yield await content(label);
  } else {
    while (drawn < job.labels) yield await content(undefined);
  }
}

/** @returns what to call, once, when it is over @throws Failure `service/busy` */
function enter(organisation: string): () => void {
  const before = drawing.get(organisation) ?? 0;
  if (before >= filesAtOnce) throw new Failure('service/busy', { filesAtOnce });
  drawing.set(organisation, before + 1);
  return () => {
    const left = (drawing.get(organisation) ?? 1) - 1;
    if (left === 0) drawing.delete(organisation);
    else drawing.set(organisation, left);
  };
}
