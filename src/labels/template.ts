/** Label templates are data: one file each in /labels, read through this schema. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { Failure } from '../errors.ts';
import { xDimensionMm } from './symbol.ts';

/** A 203-dpi head prints 8 dots a millimetre; most label printers in hospitals have one. */
const millimetresPerDot203 = 0.125;

/** A tenth of a micrometre: what is left of decimal fractions in binary. */
const epsilonMm = 1e-4;

const millimetres = z.number().positive().max(300);

const xDimension = z
  .number()
  .min(xDimensionMm.minimum)
  .max(xDimensionMm.maximum)
  .refine(
    (length) =>
      Math.abs(length / millimetresPerDot203 - Math.round(length / millimetresPerDot203)) < epsilonMm,
    { error: 'a whole number of printer dots of 0.125 mm' },
  );

const bilingual = z.strictObject({ zh: z.string().min(1).max(60), en: z.string().min(1).max(120) });

/** Smallest and largest size of a text, in points; below 5 no printed Han character can be read. */
const sizes = z
  .strictObject({ minimum: z.number().min(5).max(40), maximum: z.number().min(5).max(40) })
  .refine(({ minimum, maximum }) => minimum <= maximum, { error: 'minimum above maximum' });

const labelFields = [
  'productNameZh',
  'productNameEn',
  'model',
  'specification',
  'lot',
  'serial',
  'manufacturedOn',
  'expiresOn',
  'registrationNumber',
  'registrantName',
  'sterile',
  'singleUse',
] as const;
export type LabelField = (typeof labelFields)[number];

const symbol = {
  kind: z.literal('symbol'),
  /** Upper or lower end of the column of symbols. */
  place: z.enum(['top', 'bottom']),
  xDimensionMm: xDimension,
};

const elementSchema = z.union([
  z.strictObject({ ...symbol, symbol: z.literal('gs1DataMatrix') }),
  z.strictObject({ ...symbol, symbol: z.literal('digitalLinkQr'), errorCorrection: z.enum(['L', 'M']) }),
  z.strictObject({
    /** One or more fields on a line of their own, each behind its caption; absent ones are left out. */
    kind: z.literal('fields'),
    fields: z
      .array(z.strictObject({ field: z.enum(labelFields), caption: bilingual.optional() }))
      .min(1)
      .max(4),
    size: sizes,
    weight: z.enum(['regular', 'bold']),
  }),
  z.strictObject({
    /** The element strings in human-readable form, broken between elements only. */
    kind: z.literal('humanReadable'),
    size: sizes,
  }),
  z.strictObject({
    kind: z.literal('words'),
    words: bilingual,
    size: sizes,
    weight: z.enum(['regular', 'bold']),
  }),
  /** Takes its share of the room left over; one without a maximum moves what follows to the lower edge. */
  z.strictObject({ kind: z.literal('space'), maximumMm: z.number().positive().optional() }),
]);

const templateSchema = z
  .strictObject({
    /** The file's name without `.json`. */
    name: z.string().regex(/^[a-z0-9-]{1,40}$/),
    version: z.int().positive(),
    description: bilingual,
    sizeMm: z.strictObject({ width: millimetres, height: millimetres }),
    marginMm: z.number().min(1).max(20),
    /** Languages of captions and sentences, first the one that comes first. */
    languages: z
      .array(z.enum(['zh', 'en']))
      .min(1)
      .max(2),
    /** Between the symbols and the text. */
    gapMm: z.number().min(0.5).max(10),
    /** Where the column of symbols stands. */
    symbolsAt: z.enum(['left', 'right']),
    elements: z.array(elementSchema).min(1).max(30),
  })
  .refine(({ languages }) => new Set(languages).size === languages.length, {
    path: ['languages'],
    error: 'a language twice',
  })
  .refine(
    ({ elements }) =>
      elements.filter((e) => e.kind === 'symbol' && e.symbol === 'gs1DataMatrix').length === 1,
    {
      path: ['elements'],
      error: 'one GS1 DataMatrix, the UDI carrier',
    },
  )
  .refine(({ elements }) => elements.some((e) => e.kind === 'humanReadable'), {
    path: ['elements'],
    error: 'human-readable text beside the UDI carrier',
  });

export type LabelTemplate = Readonly<z.infer<typeof templateSchema>>;
export type LabelElement = LabelTemplate['elements'][number];

/**
 * @param json a template file's content.
 * @throws Failure `label/template-invalid` with a pointer for each fault.
 */
export function parseTemplate(json: unknown): LabelTemplate {
  const parsed = templateSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => ({
    pointer: path.map((part) => `/${String(part)}`).join(''),
    zh: `模板此处有误：${message}`,
    en: `wrong here: ${message}`,
  }));
  throw new Failure('label/template-invalid', {}, faults);
}

/**
 * @param name of a file in /labels, without `.json`.
 * @throws Failure `label/template-unknown` where there is none, `label/template-invalid` where it is wrong.
 */
export async function loadTemplate(name: string): Promise<LabelTemplate> {
  // The name may come from a request: it is looked up, never a path.
  if (!/^[a-z0-9-]{1,40}$/.test(name)) throw new Failure('label/template-unknown', { name });
  const file = new URL(`../../labels/${name}.json`, import.meta.url);
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new Failure('label/template-unknown', { name });
    }
    throw error;
  });
  const template = parseTemplate(JSON.parse(text));
  if (template.name !== name) throw new Failure('label/template-invalid', { name, says: template.name });
  return template;
}
