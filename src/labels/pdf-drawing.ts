/** Draws a laid-out label on the current page of a PDF. */
import { drawModuleMatrix } from '../documents/module-matrix.ts';
import { millimetres, type Pdf } from '../documents/pdf.ts';
import { unreachable } from '../errors.ts';
import type { LabelLayout, PlacedBars, PlacedShape, Primitive } from './primitive.ts';

/** A hair off both edges of a bar, as of the matrix: renderers paint every dot that a shape touches. */
const hairInset = 0.002;

/** Draws on the page that the file has come to, whose size is the layout’s. */
export function drawLayout(pdf: Pdf, { primitives }: LabelLayout): void {
  for (const primitive of primitives) draw(pdf, primitive);
}

function draw(pdf: Pdf, primitive: Primitive): void {
  switch (primitive.kind) {
    case 'matrix': {
      const { matrix, x, y, moduleMm } = primitive;
      drawModuleMatrix(pdf, matrix, millimetres(x), millimetres(y), millimetres(matrix.size * moduleMm));
      return;
    }
    case 'bars':
      drawBars(pdf, primitive);
      return;
    case 'text': {
      const { text, x, baseline, size, weight } = primitive;
      pdf.line(text, millimetres(x), millimetres(baseline), { size, weight });
      return;
    }
    case 'shape':
      drawShape(pdf, primitive);
      return;
    case 'rule': {
      const { x, y, width, height } = primitive;
      pdf.kit.rect(millimetres(x), millimetres(y), millimetres(width), millimetres(height)).fill('#000000');
      return;
    }
    default:
      unreachable(primitive);
  }
}

function drawBars({ kit }: Pdf, { widths, x, y, moduleMm, heightMm }: PlacedBars): void {
  let module = 0;
  for (const [index, width] of widths.entries()) {
    if (index % 2 === 0) {
      const left = millimetres(x + module * moduleMm) + hairInset;
      kit.rect(left, millimetres(y), millimetres(width * moduleMm) - 2 * hairInset, millimetres(heightMm));
    }
    module += width;
  }
  kit.fill('#000000');
}

/** The same few on every label of a roll. */
function drawShape(pdf: Pdf, { path, x, y, scale, width, height }: PlacedShape): void {
  const box = [-1, -1, width + 1, height + 1] as const;
  const place = { x: millimetres(x), y: millimetres(y), scale: millimetres(scale) };
  pdf.stamp(path, box, () => filled(path), place);
}

const operators: Readonly<Record<string, string>> = { M: 'm', L: 'l', C: 'c', Z: 'h' };

/** SVG path data of absolute M, L, C and Z as commands of a PDF (ISO 32000-1 8.5.2), filled by the non-zero rule. */
function filled(path: string): string {
  const commands = [...path.matchAll(/([MLCZ])([^MLCZ]*)/g)].map(([, letter = '', numbers = '']) =>
    `${numbers.trim().replaceAll(/[\s,]+/g, ' ')} ${operators[letter]}`.trim(),
  );
  return `0 g\n${commands.join('\n')}\nf`;
}
