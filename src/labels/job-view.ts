/** A job as it is shown to those who printed it, and their jobs as a list. */
import type { mongo } from 'mongoose';
import { z } from 'zod';
import { gtin, lotNumber } from '../catalogue/fields.ts';
import { decodeCursor, encodeCursor } from '../http/cursor.ts';
import { count, pageOf, pageQuery, uuid } from '../http/fields.ts';
import { readTexts } from '../ledger/texts.ts';
import { isOfLot, jobMarks, type LabelJob, labelJobs, spaceOf } from './job.ts';
import { type JobProgress, readProgress } from './job-progress.ts';
import { findMade, findPrinted, type PrintedSerial, printedSerials } from './serial-store.ts';

export const jobView = z.strictObject({
  job: z.string(),
  /** Of the label: the product's or a package's. Labels with an MA code have none. */
  gtin: z.string().optional(),
  product: z.string().optional(),
  lot: z.string().optional(),
  /** Of labels of logistic units: the serial numbers are SSCCs. */
  shipment: z.string().optional(),
  /** Of labels of sterile packs: what the packer stated. */
  pack: z
    .strictObject({
      packer: z.string(),
      checker: z.string().optional(),
      ...{ steriliser: z.string(), load: z.string(), sterilisedOn: z.string(), sterileUntil: z.string() },
    })
    .optional(),
  manufacturedOn: z.string().optional(),
  expiresOn: z.string().optional(),
  template: z.strictObject({ name: z.string(), version: z.int() }),
  languages: z.array(z.enum(['zh', 'en'])),
  dotsPerInch: z.union([z.literal(203), z.literal(300)]),
  firstSerial: z.string().optional(),
  lastSerial: z.string().optional(),
  reprintOf: z.string().optional(),
  reason: z.string().optional(),
  marks: z.array(z.enum(jobMarks)),
  printedAt: z.string(),
  printedBy: z.string(),
  state: z.enum(['open', 'cancelled', 'closed']),
  /** Labels: printed by this job, of these spoiled and verified, and printed again by other jobs. */
  figures: z.strictObject({ printed: count(), spoiled: count(), reprinted: count(), verified: count() }),
  /** Of the newest fetch of the file. */
  progress: z.strictObject({ drawn: count(), of: count(), finishedAt: z.string().optional() }),
});

type JobView = z.output<typeof jobView>;

/** @param reason of a reprint, where it was not erased */
function viewOf(job: LabelJob, progress: JobProgress, reason: string | undefined): JobView {
  const { template, labels } = job;
  const optional = {
    ...subjectOf(job),
    firstSerial: job.firstSerial,
    lastSerial: job.lastSerial,
    reprintOf: job.reprintOf,
    reason,
  };
  const present = Object.entries(optional).filter(([, value]) => value !== undefined);
  return {
    job: job._id,
    ...(Object.fromEntries(present) as Partial<JobView>),
    template: { name: template.name, version: template.version },
    languages: [...job.languages],
    dotsPerInch: job.dotsPerInch,
    marks: [...job.marks],
    printedAt: job.printedAt,
    printedBy: job.printedBy,
    state: job.state,
    figures: { printed: labels, spoiled: job.spoiled, reprinted: job.reprinted, verified: job.verified },
    progress: { ...progress, of: labels },
  };
}

/** What the labels are of. */
function subjectOf(job: LabelJob) {
  if ('shipment' in job) return { shipment: job.shipment };
  if ('pack' in job) return { gtin: job.product, product: job.product, pack: job.pack };
  const { product, content } = job;
  const { lot, manufacturedOn, expiresOn } = content;
  return { gtin: 'gtin' in content ? content.gtin : undefined, product, lot, manufacturedOn, expiresOn };
}

/** @returns views with how far they are, and the reasons of reprints, which are the organisation's own texts. */
export async function viewsOf(db: mongo.Db, jobs: readonly LabelJob[]): Promise<JobView[]> {
  const [first] = jobs;
  const reasons = jobs.flatMap(({ reason }) => (reason === undefined ? [] : [reason]));
  const texts = first === undefined ? undefined : await readTexts(db, first.organisation, reasons);
  const progress = await readProgress(
    db,
    jobs.map(({ _id }) => _id),
  );
  return jobs.map((job) =>
    viewOf(
      job,
      progress.get(job._id) ?? { drawn: 0 },
      job.reason === undefined ? undefined : texts?.get(job.reason),
    ),
  );
}

export const jobsQuery = z.strictObject({
  ...pageQuery,
  gtin: gtin().optional(),
  lot: lotNumber().optional(),
  /** Jobs of its logistic units. */
  shipment: uuid().optional(),
});

const cursorShape = z.tuple([z.string(), z.string()]);

/** @returns a page of the organisation's jobs, the newest first. @param query `gtin` of the product */
export async function listJobs(
  db: mongo.Db,
  organisation: string,
  { cursor, limit, gtin: product, lot, shipment }: z.output<typeof jobsQuery>,
) {
  const after = cursor === undefined ? undefined : decodeCursor(cursor, cursorShape);
  const found = await labelJobs(db)
    .find({
      organisation,
      ...(product === undefined ? {} : { product }),
      ...(lot === undefined ? {} : { 'content.lot': lot }),
      ...(shipment === undefined ? {} : { shipment }),
      ...(after === undefined
        ? {}
        : { $or: [{ printedAt: { $lt: after[0] } }, { printedAt: after[0], _id: { $lt: after[1] } }] }),
    })
    .project<LabelJob>({ selection: 0 })
    .sort({ printedAt: -1, _id: -1 })
    .limit(limit + 1)
    .toArray();
  const items = found.slice(0, limit);
  const last = items.at(-1);
  const more = found.length > limit && last !== undefined;
  return {
    items: await viewsOf(db, items),
    ...(more ? { next: encodeCursor([last.printedAt, last._id]) } : {}),
  };
}

export const jobsAnswer = pageOf(jobView);

export const serialsQuery = z.strictObject(pageQuery);

const serialView = z.strictObject({
  serial: z.string(),
  /** Place in the job, from 0. */
  nth: z.int(),
  /** Whether a label with it can be on a device: it was printed and not spoiled since, nor its job given up. */
  live: z.boolean(),
  /** How often it was printed, by whatever job. */
  printed: z.int(),
  spoiled: z.boolean(),
  verified: z.boolean(),
  /** Whether the lot was recorded with it; absent of a logistic unit and a sterile pack. */
  made: z.boolean().optional(),
});

export const serialsAnswer = pageOf(serialView);

/** @returns a page of a job's serial numbers, in the order of its labels; to record production with, for one. */
export async function listSerials(
  db: mongo.Db,
  job: LabelJob,
  { cursor, limit }: z.output<typeof serialsQuery>,
) {
  const from = cursor === undefined ? 0 : decodeCursor(cursor, z.int().min(0)) + 1;
  const page = await pageOfSerials(db, job, from, limit);
  const serials = page.map(({ serial }) => serial);
  const made = isOfLot(job)
    ? await findMade({ db }, { gtin: job.product, lot: job.content.lot }, serials)
    : undefined;
  const items = page.map(({ serial, printed, spoiled, verified }, index) => ({
    serial,
    nth: from + index,
    live: job.state !== 'cancelled' && spoiled.length < printed.length,
    printed: printed.length,
    spoiled: spoiled.includes(job._id),
    verified: verified.includes(job._id),
    ...(made === undefined ? {} : { made: made.has(serial) }),
  }));
  const more = from + items.length < job.labels && items.length > 0;
  return { items, ...(more ? { next: encodeCursor(from + items.length - 1) } : {}) };
}

async function pageOfSerials(
  db: mongo.Db,
  job: LabelJob,
  from: number,
  limit: number,
): Promise<PrintedSerial[]> {
  if (!job.serialised) return [];
  const { selection } = job;
  if (selection === undefined) {
    const place = { job: job._id, nth: { $gte: from, $lt: from + limit } };
    return await printedSerials(db).find(place).sort({ nth: 1 }).toArray();
  }
  const serials = selection.slice(from, from + limit);
  const bySerial = await findPrinted({ db }, spaceOf(job), serials);
  return serials.flatMap((serial) => bySerial.get(serial) ?? []);
}
