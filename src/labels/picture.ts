/** Pixels of an SVG drawing of ours, by resvg: no font, file or address is ever looked for. */
import { type RenderedImage, Resvg } from '@resvg/resvg-js';

/** One bit a dot, row by row, each padded to whole bytes: 1 is black. */
export interface Bitmap {
  readonly width: number;
  readonly height: number;
  readonly rows: Buffer;
}

/** @param svg whose width and height are pixels. */
export function draw(svg: string): RenderedImage {
  return new Resvg(svg, { font: { loadSystemFonts: false } }).render();
}

/**
 * A dot is printed where ink covers this much of it (of 255). At half, strokes of small Han text that lie across
 * two rows of dots are printed in neither; at a quarter, they close up.
 */
const inkFrom = 104;

/**
 * @param path SVG path data in dots, its origin the bitmap's upper left corner.
 * @returns the bitmap, cut down to its ink, and how far its corner has moved; undefined where there is no ink.
 */
export function bitmapOf(
  path: string,
  width: number,
  height: number,
): { readonly bitmap: Bitmap; readonly left: number; readonly top: number } | undefined {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><path d="${path}"/></svg>`;
  const { pixels } = draw(svg);
  const inked = (x: number, y: number): boolean => (pixels[(y * width + x) * 4 + 3] ?? 0) >= inkFrom;
  const { left, top, right, bottom } = inkBox(inked, width, height);
  if (right < left) return undefined;
  const cut = { width: right - left + 1, height: bottom - top + 1 };
  const bytesPerRow = Math.ceil(cut.width / 8);
  const rows = Buffer.alloc(bytesPerRow * cut.height);
  for (let y = 0; y < cut.height; y += 1) {
    for (let x = 0; x < cut.width; x += 1) {
      if (!inked(left + x, top + y)) continue;
      const at = y * bytesPerRow + (x >> 3);
      rows[at] = (rows[at] ?? 0) | (0x80 >> (x & 7));
    }
  }
  return { bitmap: { ...cut, rows }, left, top };
}

function inkBox(inked: (x: number, y: number) => boolean, width: number, height: number) {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      if (!inked(x, y)) continue;
      [left, right] = [Math.min(left, x), Math.max(right, x)];
      [top, bottom] = [Math.min(top, y), y];
    }
  }
  return { left, top, right, bottom };
}
