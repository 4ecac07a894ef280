/** Labels as SVG: for screens, which may have no Chinese typeface, so that text is outlines. */
import type { ModuleMatrix } from '../documents/module-matrix.ts';
import { Outlines } from '../documents/outlines.ts';
import { unreachable } from '../errors.ts';
import type { LabelLayout, PlacedBars, Primitive } from './primitive.ts';
import { pointsPerMm } from './rectangle.ts';

/** Width and height of the picture, and how much of the label it shows, from the upper left corner. */
interface Frame {
  readonly width: string;
  readonly height: string;
  /** Millimetres. */
  readonly shown: { readonly width: number; readonly height: number };
}

/**
 * @param outlines of the same job, which then draws the same words once.
 * @returns an SVG 1.1 document in millimetres: the same text for the same label, without ids, scripts, styles or
 *   references, so that it may stand in a page beside others.
 */
export function toSvg(layout: LabelLayout, outlines = new Outlines()): string {
  const { width, height } = layout.sizeMm;
  return svgIn(layout, { width: `${width}mm`, height: `${height}mm`, shown: layout.sizeMm }, outlines);
}

/** @returns the same drawing in another frame. */
export function svgIn(
  { primitives }: LabelLayout,
  { width, height, shown }: Frame,
  outlines: Outlines,
): string {
  const view = `0 0 ${shown.width} ${shown.height}`;
  const said = escaped(primitives.flatMap(wordsOf).join(' '));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${view}" role="img" aria-label="${said}">`,
    `<rect width="${shown.width}" height="${shown.height}" fill="#fff"/>`,
    ...primitives.map((primitive) => drawn(primitive, outlines)),
    '</svg>\n',
  ].join('\n');
}

/** What a reading machine says in place of the picture. */
function wordsOf(primitive: Primitive): string[] {
  switch (primitive.kind) {
    case 'text':
      return [primitive.text];
    case 'shape':
      return [primitive.name];
    // What symbols carry stands beside them in print, and separators are not allowed in XML.
    case 'matrix':
    case 'bars':
    case 'rule':
      return [];
    default:
      return unreachable(primitive);
  }
}

function drawn(primitive: Primitive, outlines: Outlines): string {
  switch (primitive.kind) {
    case 'matrix': {
      const { matrix, x, y, moduleMm } = primitive;
      return crisp(x, y, [moduleMm, moduleMm], matrixPath(matrix));
    }
    case 'bars': {
      const { x, y, moduleMm, heightMm } = primitive;
      return crisp(x, y, [moduleMm, heightMm], barsPath(primitive));
    }
    case 'text': {
      const { text, x, baseline, size, weight } = primitive;
      return `<path d="${outlines.path(text, { x, baseline, size: size / pointsPerMm, weight })}"/>`;
    }
    case 'shape': {
      const { path, x, y, scale } = primitive;
      return `<path transform="translate(${fine(x)} ${fine(y)}) scale(${fine(scale)})" d="${escaped(path)}"/>`;
    }
    case 'rule': {
      const { x, y, width, height } = primitive;
      return `<rect x="${fine(x)}" y="${fine(y)}" width="${fine(width)}" height="${fine(height)}"/>`;
    }
    default:
      return unreachable(primitive);
  }
}

/** Modules keep their edges: a grey one between two is read as either. */
function crisp(x: number, y: number, [across, down]: readonly [number, number], path: string): string {
  const placed = `translate(${fine(x)} ${fine(y)}) scale(${fine(across)} ${fine(down)})`;
  return `<path transform="${placed}" shape-rendering="crispEdges" d="${path}"/>`;
}

/** Rows of dark modules that touch are one rectangle; a module is a unit. */
function matrixPath({ size, modules }: ModuleMatrix): string {
  let path = '';
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      if (modules[row * size + column] !== 1) continue;
      const from = column;
      while (column + 1 < size && modules[row * size + column + 1] === 1) column += 1;
      const length = column - from + 1;
      path += `M${from} ${row}h${length}v1h-${length}z`;
    }
  }
  return path;
}

/** A module is a unit across, the whole height one down. */
function barsPath({ widths }: PlacedBars): string {
  let at = 0;
  let path = '';
  for (const [index, width] of widths.entries()) {
    if (index % 2 === 0) path += `M${at} 0h${width}v1h-${width}z`;
    at += width;
  }
  return path;
}

/** Millionths: a module of a third of a dot's width must not drift over a hundred of them. */
function fine(length: number): string {
  return String(Math.round(length * 1e6) / 1e6);
}

/** For an attribute between double quotes. What XML 1.0 does not allow (production 2) is left out. */
function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
