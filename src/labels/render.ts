/** Draws labels as a PDF: one page a label, or as many on a page as the template's sheet has. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { millimetres, Pdf } from '../documents/pdf.ts';
import { Failure } from '../errors.ts';
import type { LabelContent } from './content.ts';
import { factsOf } from './label-facts.ts';
import { drawLayout } from './pdf-drawing.ts';
import type { TextRuler } from './placed-text.ts';
import type { LabelLayout } from './primitive.ts';
import { type PageOptions, pageSizeMm, pagesOf } from './sheet.ts';
import type { LabelTemplate } from './template.ts';
import { inLanguages, type LabelLanguage } from './wording.ts';

/** A roll of labels; more are several files. */
export const labelsPerFileMax = 10_000;

/** How long labels are drawn, in milliseconds, before other requests get their turn. */
const turnMs = 10;
/** Bytes of a piece of a file at least, but for its first, which a reader waits for, and its last. */
const pieceBytes = 64 * 1024;

export interface RenderOptions extends Pick<PageOptions, 'startPosition' | 'shiftMm'> {
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
 * @returns the PDF; the same bytes for the same input.
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
  { now, dotsPerInch = 203, languages = template.languages, ...place }: RenderOptions,
): AsyncGenerator<Buffer, void, undefined> {
  const { width, height } = pageSizeMm(template);
  // Rounded down: a renderer rounds a page up to whole dots, and 320.00001 would become 321 and move every dot.
  const pageSize = [roundedDown(millimetres(width)), roundedDown(millimetres(height))] as const;
  const pdf = new Pdf({
    title: titleOf(template, first, languages),
    subject: `${template.name} v${template.version}, ${labels}`,
    language: languages[0] === 'en' ? 'en' : 'zh-CN',
    now,
    pageSize,
    archival: false,
  });
  // A "203-dpi" head has 8 dots a millimetre, which is 203.2 dots an inch; a "300-dpi" head has 300.
  const options = { ...place, dotsPerInch: dotsPerInch === 203 ? 203.2 : dotsPerInch, languages };
  const ruler: TextRuler = (text, style) => pdf.measure(text, style);
  const pages = pagesOf(template, ruler, options);
  let taken = 0;
  let leastBytes = 1;
  let turnBegan = performance.now();
  const draw = (page: LabelLayout | undefined): void => {
    if (page === undefined) return;
    pdf.nextPage(pageSize);
    drawLayout(pdf, page);
  };
  for await (const content of contents) {
    draw(pages.add(content));
    taken += 1;
    if (performance.now() - turnBegan < turnMs) continue;
    await nextTurn();
    if (pdf.waiting >= leastBytes) {
      yield pdf.take();
      leastBytes = pieceBytes;
    }
    turnBegan = performance.now();
  }
  if (taken !== labels) throw new Error(`${taken} labels in a file of ${labels}`);
  draw(pages.rest());
  yield await pdf.finish();
}

function roundedDown(points: number): number {
  return Math.floor(points * 1_000) / 1_000;
}

/** What a reader's window shows: what the first label is of. */
function titleOf(
  { description }: LabelTemplate,
  content: LabelContent,
  languages: readonly LabelLanguage[],
): string {
  const { texts } = factsOf(content);
  const name = texts.productName ?? texts.sscc ?? description;
  const lot = typeof texts.lot === 'string' ? ` ${texts.lot}` : '';
  return `${inLanguages(name, languages.slice(0, 1))}${lot}`;
}
