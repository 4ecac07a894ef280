/** Label templates are data: one file each in /labels, read through this schema. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { Failure } from '../errors.ts';
import { fieldsOfKind } from './label-facts.ts';
import { faultsOfTemplate } from './template-rules.ts';

const millimetres = z.number().positive().max(300);
const position = z.number().min(0).max(300);
const bilingual = z.strictObject({ zh: z.string().min(1).max(60), en: z.string().min(1).max(120) });

/** Smallest and largest size of a text, in points; below 5 no printed Han character can be read. */
const sizes = z
  .strictObject({ minimum: z.number().min(5).max(72), maximum: z.number().min(5).max(72) })
  .refine(({ minimum, maximum }) => minimum <= maximum, { error: 'minimum above maximum' });
const weight = z.enum(['regular', 'bold']);

const field = z.strictObject({
  field: z.enum([...new Set(Object.values(fieldsOfKind).flat())]),
  caption: bilingual.optional(),
  /** The field's symbol of ISO 15223-1 in front: use-by, lot, manufacturer, … */
  mark: z.boolean().optional(),
  /** The label's first language alone, its second alone (nothing where there is none), or, by default, all. */
  language: z.enum(['first', 'second']).optional(),
});

const symbol = {
  kind: z.literal('symbol'),
  /** Upper or lower end of the panel's column of symbols. */
  place: z.enum(['top', 'bottom']),
  xDimensionMm: z.number().positive(),
};
const errorCorrection = z.enum(['L', 'M']);

const elementSchema = z.union([
  z.strictObject({ ...symbol, symbology: z.literal('gs1datamatrix'), source: z.literal('gs1') }),
  z.strictObject({ ...symbol, symbology: z.literal('datamatrix'), source: z.literal('plain') }),
  z.strictObject({
    ...symbol,
    symbology: z.literal('qr'),
    source: z.enum(['link', 'plain']),
    errorCorrection,
  }),
  z.strictObject({
    /** One or more fields that share lines where they fit, each behind its caption; absent ones are left out. */
    kind: z.literal('fields'),
    fields: z.array(field).min(1).max(6),
    /** In the label's first language alone; by default in all. */
    captions: z.literal('first').optional(),
    size: sizes,
    weight,
  }),
  z.strictObject({
    /** What a symbol carries, for people, broken between elements only. */
    kind: z.literal('humanReadable'),
    source: z.enum(['gs1', 'link', 'plain']),
    /** The UDI symbol in front. */
    mark: z.boolean().optional(),
    size: sizes,
  }),
  z.strictObject({
    kind: z.literal('words'),
    words: bilingual,
    /** In the label's first language alone; by default in all. */
    language: z.literal('first').optional(),
    size: sizes,
    weight,
  }),
  /** Symbols of ISO 15223-1 by the product's facts; heights in points. Lower than 2.5 mm nobody tells them apart. */
  z.strictObject({
    kind: z.literal('marks'),
    size: sizes.refine(({ minimum }) => minimum >= 7, { error: 'below 7' }),
  }),
  /** What is inside, a line each. */
  z.strictObject({ kind: z.literal('contents'), size: sizes, weight }),
  /** Takes its share of the room left over; one without a maximum moves what follows to the lower edge. */
  z.strictObject({ kind: z.literal('space'), maximumMm: z.number().positive().optional() }),
  /** A line across the text's room. */
  z.strictObject({ kind: z.literal('rule'), thicknessMm: z.number().min(0.1).max(2) }),
]);

const panel = {
  /** From the label's upper left corner. */
  atMm: z.strictObject({ x: position, y: position, width: millimetres, height: millimetres }),
  /** Between the panel's edge and what stands in it; default 0. */
  paddingMm: z.number().min(0).max(20).optional(),
  /** A line along the panel's lower edge; a whole frame has corners, which readers take for a Data Matrix's. */
  underline: z.boolean().optional(),
};

const panelSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    ...panel,
    /** A column of symbols, and text beside it. */
    kind: z.literal('text'),
    symbolsAt: z.enum(['left', 'right']),
    /** Between the symbols and the text. */
    gapMm: z.number().min(0.5).max(10),
    elements: z.array(elementSchema).min(1).max(40),
  }),
  z.strictObject({
    ...panel,
    /** A GS1-128 with its text beneath. */
    kind: z.literal('bars'),
    source: z.enum(['trade', 'lot', 'sscc']),
    /** Modules as near to `preferred` as content, room and the printer's dots allow. */
    xDimensionMm: z.strictObject({ minimum: z.number().positive(), preferred: z.number().positive() }),
    size: sizes,
  }),
]);

/** Where the labels of a sheet lie; `sizeMm` is one label's. */
const sheet = z.strictObject({
  pageMm: z.strictObject({ width: z.number().max(450), height: z.number().max(450) }),
  columns: z.int().min(1).max(20),
  rows: z.int().min(1).max(50),
  /** Of the first label's upper left corner. */
  offsetMm: z.strictObject({ x: position, y: position }),
  /** From one label's corner to the next one's. */
  pitchMm: z.strictObject({ x: millimetres, y: millimetres }),
});

const templateSchema = z
  .strictObject({
    /** The file's name without `.json`. */
    name: z.string().regex(/^[a-z0-9-]{1,40}$/),
    version: z.int().positive(),
    /** The kind of content that it draws. */
    draws: z.enum(['unit', 'kit', 'case', 'logistic', 'pack', 'patient-record', 'item-code', 'ma-unit']),
    description: bilingual,
    sizeMm: z.strictObject({ width: millimetres, height: millimetres }),
    /** Nothing stands nearer to the label's edge. */
    marginMm: z.number().min(1).max(20),
    /** Languages of captions and sentences, first the one that comes first. */
    languages: z
      .array(z.enum(['zh', 'en']))
      .min(1)
      .max(2),
    sheet: sheet.optional(),
    panels: z.array(panelSchema).min(1).max(12),
  })
  .superRefine((template, context) => {
    for (const { path, error } of faultsOfTemplate(template)) {
      context.addIssue({ code: 'custom', path: [...path], message: error });
    }
  });

export type LabelTemplate = Readonly<z.infer<typeof templateSchema>>;
type Panel = LabelTemplate['panels'][number];
export type TextPanel = Extract<Panel, { kind: 'text' }>;
export type BarsPanel = Extract<Panel, { kind: 'bars' }>;
export type LabelElement = TextPanel['elements'][number];

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
  return readTemplate(name, text);
}

/**
 * @param text of the file of this name.
 * @throws Failure `label/template-invalid` where it is no JSON, no template, or another's.
 */
export function readTemplate(name: string, text: string): LabelTemplate {
  const template = parseTemplate(jsonOf(name, text));
  if (template.name !== name) throw new Failure('label/template-invalid', { name, says: template.name });
  return template;
}

/** A file that somebody edits by hand may end in the midst. */
function jsonOf(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Failure('label/template-invalid', { name }, [
      { pointer: '', zh: '模板文件不是有效的 JSON。', en: 'The template file is no JSON.' },
    ]);
  }
}
