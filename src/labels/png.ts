/** Labels as PNG: symbols of whole pixels, text with soft edges. */
import { crc32 } from 'node:zlib';
import { Outlines } from '../documents/outlines.ts';
import { draw } from './picture.ts';
import type { LabelLayout, Primitive } from './primitive.ts';
import { svgIn } from './svg.ts';

/** 60 by 40 mm are 8 megapixels at 1,200 dpi; an A4 sheet is that at 300. */
const pixelsMax = 40_000_000;

/**
 * @param layout made for as many dots an inch, or a whole fraction of them.
 * @param dotsPerInch stands in the file too, so that it prints at its size.
 * @returns the file; the same bytes for the same label.
 * @throws RangeError where modules would not be whole pixels, or the picture larger than any screen.
 */
export function toPng(layout: LabelLayout, dotsPerInch: number, outlines = new Outlines()): Buffer {
  const dotsPerMm = dotsPerInch / 25.4;
  for (const primitive of layout.primitives) refuseBrokenModules(primitive, dotsPerMm);
  const width = Math.round(layout.sizeMm.width * dotsPerMm);
  const height = Math.round(layout.sizeMm.height * dotsPerMm);
  if (width * height > pixelsMax) throw new RangeError(`${width} × ${height} pixels`);
  // What is shown is cut to whole pixels, so that the scale is the same both ways and a dot is a pixel.
  const shown = { width: width / dotsPerMm, height: height / dotsPerMm };
  const svg = svgIn(layout, { width: `${width}`, height: `${height}`, shown }, outlines);
  return withDensity(draw(svg).asPng(), dotsPerMm);
}

function refuseBrokenModules(primitive: Primitive, dotsPerMm: number): void {
  if (primitive.kind !== 'matrix' && primitive.kind !== 'bars') return;
  const { x, moduleMm } = primitive;
  for (const dots of [x * dotsPerMm, moduleMm * dotsPerMm]) {
    if (Math.abs(dots - Math.round(dots)) > 0.01 || moduleMm * dotsPerMm < 0.99) {
      throw new RangeError(`a module of ${moduleMm} mm at ${x} mm is not of whole pixels`);
    }
  }
}

/** Signature and IHDR, which is of 13 bytes (PNG, third edition, 11.2.1). */
const headerLength = 8 + 4 + 4 + 13 + 4;

/** Adds the chunk pHYs, pixels a metre (PNG, third edition, 11.3.4.3). */
function withDensity(png: Buffer, dotsPerMm: number): Buffer {
  const chunk = Buffer.alloc(4 + 4 + 9 + 4);
  const perMetre = Math.round(dotsPerMm * 1_000);
  chunk.writeUInt32BE(9, 0);
  chunk.write('pHYs', 4, 'latin1');
  chunk.writeUInt32BE(perMetre, 8);
  chunk.writeUInt32BE(perMetre, 12);
  chunk.writeUInt8(1, 16);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 17)), 17);
  return Buffer.concat([png.subarray(0, headerLength), chunk, png.subarray(headerLength)]);
}
