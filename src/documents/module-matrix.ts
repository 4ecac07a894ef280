/** Square symbols of dark and light modules (Data Matrix, QR), drawn so that printers keep every module whole. */
import type { Pdf } from './pdf.ts';

export interface ModuleMatrix {
  /** Modules a side, quiet zone not counted. */
  readonly size: number;
  /** Row by row from the top left: 1 dark, 0 light. */
  readonly modules: Uint8Array;
}

/**
 * Renderers widen an image to every dot that it touches; a coordinate rounded up in the sixth decimal would make
 * a 144-dot symbol 145 dots wide, and one row of its modules 4 dots high. Points; a 203-dpi dot is 0.354.
 */
const hairInset = 0.002;

/**
 * Draws a matrix as an inline 1-bit image mask, one pixel a module (ISO 32000-1 8.9.6.2). With filled squares a
 * renderer paints every dot that a square touches, and modules of two dots grow together.
 * @param x left edge in points.
 * @param y upper edge in points.
 * @param side edge of the whole matrix in points.
 */
export function drawModuleMatrix(
  pdf: Pdf,
  { size, modules }: ModuleMatrix,
  x: number,
  y: number,
  side: number,
): void {
  const { kit } = pdf;
  const drawn = side - 2 * hairInset;
  kit.save().fillColor('#000000');
  kit.transform(drawn, 0, 0, -drawn, x + hairInset, y + hairInset + drawn);
  kit.addContent(`BI /W ${size} /H ${size} /IM true /BPC 1 /F /AHx ID\n${maskRows(size, modules)}>\nEI`);
  kit.restore();
}

/** Rows padded to whole bytes; in a mask 0 paints and 1 leaves the paper, so padding is 1. */
function maskRows(size: number, modules: Uint8Array): string {
  const bytesPerRow = Math.ceil(size / 8);
  const mask = Buffer.alloc(bytesPerRow * size, 0xff);
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      if (modules[row * size + column] !== 1) continue;
      const at = row * bytesPerRow + (column >> 3);
      mask[at] = (mask[at] ?? 0xff) & ~(0x80 >> (column & 7));
    }
  }
  return mask.toString('hex');
}
