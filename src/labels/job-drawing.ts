/** The labels of a job as contents to be drawn. */
import { z } from 'zod';
import { Failure } from '../errors.ts';
import { saying } from '../http/faults.ts';
import type { LabelContent } from './content.ts';
import { type LabelJob, lotsOf, type NumberedLabel } from './job.ts';
import type { JobContent } from './job-content.ts';
import { type RenderOptions, renderLabels } from './render.ts';
import type { LabelTemplate } from './template.ts';

/** @returns what one label says. @param label undefined where the labels bear no number */
export function contentOfLabel(content: JobContent, label: NumberedLabel | undefined): LabelContent {
  if (content.kind === 'logistic') {
    if (label === undefined) throw new Error('a logistic unit without an SSCC');
    const { packages, lots: _lots, ...same } = content;
    const { first, of } = packages;
    return { ...same, sscc: label.serial, package: { number: first + label.nth, of } };
  }
  if (content.kind === 'pack') {
    if (label?.lot === undefined) throw new Error('a pack without a unit');
    const { lots: _lots, ...same } = content;
    return { ...same, lot: label.lot, serial: label.serial };
  }
  return label === undefined ? content : { ...content, serial: label.serial };
}

/** @returns what the first label of a job says; a file begins with it. */
export function firstContent(job: LabelJob): LabelContent {
  const { content, firstSerial: serial } = job;
  if (serial === undefined) return contentOfLabel(content, undefined);
  const lot = lotsOf(job).find(({ serials }) => serials?.includes(serial))?.lot;
  return contentOfLabel(content, { serial, nth: 0, ...(lot === undefined ? {} : { lot }) });
}

/** Printers take a sheet in a few millimetres aside; what is more is a wrong sheet, or a wrong template. */
const shift = z.number().min(-10).max(10);

/** How a request wants its labels drawn. */
export const drawingFields = {
  /** Default: the template's. */
  languages: z
    .array(z.enum(['zh', 'en']))
    .min(1)
    .max(2)
    .refine(
      (languages) => new Set(languages).size === languages.length,
      saying('同一语言不可重复。', 'Name each language once.'),
    )
    .optional(),
  /** Of the printer that they are made for. */
  dotsPerInch: z.union([z.literal(203), z.literal(300)]).default(203),
  /** On a sheet that was begun: the first label that is still there, from 1, row by row. */
  startPosition: z.int().min(1).optional(),
  /** On a sheet: by how much this printer draws too far to the left and too high, in millimetres. */
  shiftMm: z.strictObject({ x: shift, y: shift }).optional(),
};

const asked = z.strictObject(drawingFields);
export type Asked = z.output<typeof asked>;

/** Labels laid out for trial: of each way to be large. */
const triedMax = 5;

/**
 * Lays the hardest of a job's labels out before any of them is promised.
 * @param samples the labels that take the most room
 * @throws Failure `label/does-not-fit` with what finds no room
 */
export async function assertFits(
  template: LabelTemplate,
  samples: readonly LabelContent[],
  { languages, dotsPerInch, startPosition, shiftMm }: Asked,
): Promise<void> {
  const options: RenderOptions = {
    now: new Date(0),
    dotsPerInch,
    ...(languages === undefined ? {} : { languages }),
    ...(startPosition === undefined ? {} : { startPosition }),
    ...(shiftMm === undefined ? {} : { shiftMm }),
  };
  try {
    await renderLabels(template, samples, options);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // Which of the samples it was says nothing to anybody.
    const { label: _label, ...info } = error.info;
    throw new Failure(error.code, info, error.faults);
  }
}

/**
 * Of labels that differ in their serial number alone: the longest; and those with the fewest digits, of which two take
 * the room of one letter in a symbol.
 */
export function hardest(serials: readonly string[]): string[] {
  const letters = (serial: string): number => serial.replaceAll(/\d/g, '').length;
  const longest = serials.toSorted((a, b) => b.length - a.length).slice(0, triedMax);
  const wordiest = serials.toSorted((a, b) => letters(b) - letters(a)).slice(0, triedMax);
  return [...new Set([...longest, ...wordiest])];
}
