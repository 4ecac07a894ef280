/** Labels in the formats beside PDF: pictures of one for screens, ZPL of many for label printers. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Outlines } from '../documents/outlines.ts';
import { unreachable } from '../errors.ts';
import type { LabelContent } from './content.ts';
import { layoutLabel } from './layout.ts';
import { toPng } from './png.ts';
import type { LabelLayout } from './primitive.ts';
import { toSvg } from './svg.ts';
import type { LabelTemplate } from './template.ts';
import type { LabelLanguage } from './wording.ts';
import { toZpl, ZplGraphics } from './zpl.ts';

export const labelFormats = ['pdf', 'zpl', 'svg', 'png'] as const;
export type LabelFormat = (typeof labelFormats)[number];
export type PictureFormat = Extract<LabelFormat, 'svg' | 'png'>;

/** ZPL has no registered media type. */
export const mediaTypes: Readonly<Record<LabelFormat, string>> = {
  pdf: 'application/pdf',
  zpl: 'application/x-zpl',
  svg: 'image/svg+xml',
  png: 'image/png',
};

/** @returns the dots an inch of a head that is sold under this number: a "203-dpi" one has 8 a millimetre. */
export function dotsOfHead(sold: number): number {
  const times = Math.max(1, Math.round(sold / 203.2));
  return Math.abs(sold - times * 203.2) < times / 2 ? times * 203.2 : sold;
}

/** Heads that labels are laid out for. */
const heads = [203.2, 300] as const;

/** A picture of whole multiples of a printer's dots shows what that printer prints. */
function layoutDots(dots: number): number {
  return heads.find((head) => Math.abs(dots / head - Math.round(dots / head)) < 1e-6) ?? dots;
}

export interface LabelOutput {
  /** As it is sold: 203, 300; of a picture any number of pixels an inch. */
  readonly dotsPerInch: number;
  /** Default: the template's. */
  readonly languages?: readonly LabelLanguage[];
}

/**
 * @returns one label as a picture, whose modules are whole pixels: of 203, 300 or multiples of them, it is what such a
 *   printer prints.
 * @throws Failure as `layoutLabel`
 */
export function pictureOf(
  format: PictureFormat,
  template: LabelTemplate,
  content: LabelContent,
  { dotsPerInch, languages = template.languages }: LabelOutput,
): Buffer {
  const dots = dotsOfHead(dotsPerInch);
  const outlines = new Outlines();
  const layout = layoutLabel(template, content, (text, style) => outlines.measure(text, style), {
    dotsPerInch: layoutDots(dots),
    languages,
  });
  switch (format) {
    case 'svg':
      return Buffer.from(toSvg(layout, outlines), 'utf8');
    case 'png':
      return toPng(layout, dots, outlines);
    default:
      return unreachable(format);
  }
}

/** How long labels are drawn, in milliseconds, before other requests get their turn. */
const turnMs = 10;
/** Bytes of a piece of a job at least, but for its last. */
const pieceBytes = 64 * 1024;

/**
 * @param contents one a label, in printing order; labels of a sheet's template come singly, as from a roll.
 * @returns the labels in ZPL, piece by piece, as fast as they are taken.
 * @throws Failure as `layoutLabel`, in the midst
 */
export async function* drawZpl(
  template: LabelTemplate,
  contents: AsyncIterable<LabelContent> | Iterable<LabelContent>,
  { dotsPerInch, languages = template.languages }: LabelOutput,
): AsyncGenerator<Buffer, void, undefined> {
  const dots = dotsOfHead(dotsPerInch);
  const graphics = new ZplGraphics();
  const ruler = graphics.outlines.measure.bind(graphics.outlines);
  let piece = '';
  let turnBegan = performance.now();
  for await (const content of contents) {
    const layout: LabelLayout = layoutLabel(template, content, ruler, { dotsPerInch: dots, languages });
    piece += toZpl(layout, dots, graphics);
    if (piece.length >= pieceBytes) {
      yield Buffer.from(piece, 'latin1');
      piece = '';
    }
    if (performance.now() - turnBegan < turnMs) continue;
    await nextTurn();
    turnBegan = performance.now();
  }
  if (piece !== '') yield Buffer.from(piece, 'latin1');
}
