/** Labels of a job named by ranges: the first and the last of each, as the roll has them. */
import { z } from 'zod';
import { serialNumber } from '../inventory/lines.ts';
import { type Refusal, refuse } from '../ledger/decision.ts';
import { type LabelJob, spaceOf } from './job.ts';
import { findPrinted, printedSerials, type Reading, within } from './serial-store.ts';

/** More than this is no roll that was torn, but a list. */
const rangesPerRequest = 100;

/** Both ends belong to it; they follow each other as the labels of the job do, whatever their numbers look like. */
export const labelRange = z.strictObject({ from: serialNumber(), to: serialNumber() });
export const labelRanges = z.array(labelRange).min(1).max(rangesPerRequest);

export type LabelRange = z.output<typeof labelRange>;

/** Places in a job, from 0. */
interface Span {
  readonly first: number;
  readonly last: number;
}

/** @returns the serial numbers in the ranges, in the order of the job's labels and never more than it has; or why not */
export async function serialsWithin(
  reading: Reading,
  job: LabelJob,
  ranges: readonly LabelRange[],
): Promise<readonly string[] | Refusal> {
  const places = await placesOf(
    reading,
    job,
    ranges.flatMap(({ from, to }) => [from, to]),
  );
  const spans: Span[] = [];
  for (const [index, { from, to }] of ranges.entries()) {
    const [first, last] = [places.get(from), places.get(to)];
    if (first === undefined || last === undefined) {
      return refuse('label/not-of-job', { serials: [from, to].filter((serial) => !places.has(serial)) });
    }
    if (last < first) {
      const zh = '按打印顺序，末号在起号之前。';
      const en = 'In the order of printing, the range ends before it begins.';
      return refuse('request/invalid', {}, [{ pointer: `/ranges/${index}/to`, zh, en }]);
    }
    spans.push({ first, last });
  }
  spans.sort((a, b) => a.first - b.first);
  let free = 0;
  for (const { first, last } of spans) {
    if (first < free) return refuse('device/serial-repeated');
    free = last + 1;
  }
  return await serialsAt(reading, job, spans);
}

/** @returns the places of those that are labels of the job, by serial number. */
async function placesOf(
  reading: Reading,
  job: LabelJob,
  serials: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const { selection } = job;
  if (selection !== undefined) return new Map(selection.map((serial, nth) => [serial, nth]));
  const printed = [...(await findPrinted(reading, spaceOf(job), serials)).values()];
  return new Map(printed.filter((one) => one.job === job._id).map(({ serial, nth }) => [serial, nth]));
}

async function serialsAt(reading: Reading, job: LabelJob, spans: readonly Span[]): Promise<string[]> {
  const { selection } = job;
  if (selection !== undefined) return spans.flatMap(({ first, last }) => selection.slice(first, last + 1));
  const $or = spans.map(({ first, last }) => ({ nth: { $gte: first, $lte: last } }));
  const found = await printedSerials(reading.db)
    .find({ job: job._id, $or }, { ...within(reading), projection: { _id: 0, serial: 1 } })
    .sort({ nth: 1 })
    .toArray();
  const labels = spans.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  if (found.length !== labels) throw new Error(`${found.length} labels in ranges of ${labels}`);
  return found.map(({ serial }) => serial);
}
