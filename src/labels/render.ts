/** Draws labels as a PDF, one page a label. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { drawModuleMatrix } from '../documents/module-matrix.ts';
import { millimetres, Pdf } from '../documents/pdf.ts';
import { Failure } from '../errors.ts';
import type { LabelContent } from './content.ts';
import { type LabelLayout, layoutLabel } from './layout.ts';
import type { LabelTemplate } from './template.ts';
import type { LabelLanguage } from './wording.ts';

/** A roll of labels; more are several files. */
export const labelsPerFileMax = 10_000;

/** How long labels are drawn, in milliseconds, before other requests get their turn. */
const turnMs = 10;
/** Bytes of a piece of a file at least, but for its first, which a reader waits for, and its last. */
const pieceBytes = 64 * 1024;

export interface RenderOptions {
  /** The time in the file's metadata. */
  readonly now: Date;
  /** Of the printer; default 203 (8 dots a millimetre: 203.2). */
  readonly dotsPerInch?: 203 | 300;
  /** Default: the template's. */
  readonly languages?: readonly LabelLanguage[];
}

/** The labels of one file. */
export interface LabelRun {
  /** How many there are; it goes into the file's metadata, which is written first. */
  readonly labels: number;
  readonly first: LabelContent;
  /** One a label, in printing order, `first` among them. */
  readonly contents: AsyncIterable<LabelContent> | Iterable<LabelContent>;
}

/**
 * @param contents one a label, in printing order.
 * @returns the PDF, page n for content n; the same bytes for the same input.
 * @throws Failure `label/does-not-fit` with `info.label`, the index of the content that finds no room;
 *   `label/too-many` above {@link labelsPerFileMax}; `request/invalid` for none, or for a wrong identifier.
 */
export async function renderLabels(
  template: LabelTemplate,
  contents: readonly LabelContent[],
  options: RenderOptions,
): Promise<Buffer> {
  const labels = contents.length;
  if (labels > labelsPerFileMax) {
    throw new Failure('label/too-many', { labels, labelsMax: labelsPerFileMax });
  }
  const [first] = contents;
  if (!first) {
    throw new Failure('request/invalid', {}, [
      { pointer: '', zh: '没有要打印的标签。', en: 'No label to print.' },
    ]);
  }
  const pieces: Buffer[] = [];
  for await (const piece of drawLabels(template, { labels, first, contents }, options)) pieces.push(piece);
  return Buffer.concat(pieces);
}

/**
 * Draws the same file piece by piece, as fast as its reader takes the pieces, and never for long at a time.
 * @throws Failure as {@link renderLabels}, in the midst of the file.
 */
export async function* drawLabels(
  template: LabelTemplate,
  { labels, first, contents }: LabelRun,
  { now, dotsPerInch = 203, languages = template.languages }: RenderOptions,
): AsyncGenerator<Buffer, void, undefined> {
  const { width, height } = template.sizeMm;
  // Rounded down: a renderer rounds a page up to whole dots, and 320.00001 would become 321 and move every dot.
  const pageSize = [roundedDown(millimetres(width)), roundedDown(millimetres(height))] as const;
  const pdf = new Pdf({
    title: `${languages[0] === 'en' ? first.productName.en : first.productName.zh} ${first.lot}`,
    subject: `${template.name} v${template.version}, ${labels}`,
    language: languages[0] === 'en' ? 'en' : 'zh-CN',
    now,
    pageSize,
    archival: false,
  });
  // A "203-dpi" head has 8 dots a millimetre, which is 203.2 dots an inch; a "300-dpi" head has 300.
  const options = { dotsPerInch: dotsPerInch === 203 ? 203.2 : dotsPerInch, languages };
  let drawn = 0;
  let leastBytes = 1;
  let piece = Buffer.alloc(0);
  let turnBegan = performance.now();
  for await (const content of contents) {
    const layout = naming(drawn, () =>
      layoutLabel(template, content, (text, style) => pdf.measure(text, style), options),
    );
    pdf.kit.addPage({ size: [...pageSize], margin: 0 });
    drawLabel(pdf, layout);
    drawn += 1;
    if (performance.now() - turnBegan < turnMs) continue;
    await nextTurn();
    piece = Buffer.concat([piece, pdf.take()]);
    if (piece.length >= leastBytes) {
      yield piece;
      piece = Buffer.alloc(0);
      leastBytes = pieceBytes;
    }
    turnBegan = performance.now();
  }
  if (drawn !== labels) throw new Error(`${drawn} labels in a file of ${labels}`);
  yield Buffer.concat([piece, await pdf.finish()]);
}

function roundedDown(points: number): number {
  return Math.floor(points * 1_000) / 1_000;
}

function drawLabel(pdf: Pdf, { symbols, lines }: LabelLayout): void {
  for (const { matrix, x, y, moduleMm } of symbols) {
    drawModuleMatrix(pdf, matrix, millimetres(x), millimetres(y), millimetres(matrix.size * moduleMm));
  }
  for (const { text, x, baseline, size, weight } of lines) pdf.line(text, x, baseline, { size, weight });
}

/** Adds which of the labels it was to a failure. */
function naming<T>(index: number, layOut: () => T): T {
  try {
    return layOut();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new Failure(error.code, { ...error.info, label: index }, error.faults);
  }
}
