/** Reads pictures of labels back: PNG files, SVG drawings, and what a label printer would make of ZPL. */
import { Resvg } from '@resvg/resvg-js';
import type { Raster } from '../documents/pdf-reading.ts';
import { type ScannedSymbol, scan } from './label-reading.ts';

/** @returns the symbols of a PNG. */
export async function scanPicture(png: Buffer): Promise<ScannedSymbol[]> {
  return await scan(rasterOfPng(png));
}

/** @returns a PNG's pixels, on white. */
export function rasterOfPng(png: Buffer): Raster {
  const { width, height } = sizeOfPng(png);
  const href = `data:image/png;base64,${png.toString('base64')}`;
  const image = `<image width="${width}" height="${height}" image-rendering="optimizeSpeed" href="${href}"/>`;
  return rasterOfSvg(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${image}</svg>`,
  );
}

/** @param widthInPixels of the whole drawing; as it says itself unless given */
export function rasterOfSvg(svg: string, widthInPixels?: number): Raster {
  const fitTo =
    widthInPixels === undefined ? {} : { fitTo: { mode: 'width', value: widthInPixels } as const };
  const options = { background: '#fff', font: { loadSystemFonts: false }, ...fitTo };
  const { width, height, pixels } = new Resvg(svg, options).render();
  const grey = new Uint8ClampedArray(width * height);
  for (let at = 0; at < grey.length; at += 1) grey[at] = pixels[at * 4] ?? 0;
  return { width, height, grey };
}

export function sizeOfPng(png: Buffer): { readonly width: number; readonly height: number } {
  return { width: png.readUInt32BE(16), height: png.readUInt32BE(20) };
}

/** @returns the one label of a ZPL format as a head of so many dots a millimetre prints it. */
export async function printZpl(
  zpl: string,
  { width, height }: { readonly width: number; readonly height: number },
  dotsPerMm: 8 | 12,
): Promise<Raster> {
  // Eight megabytes of it, for who prints.
  const { api } = await (await import('zpl-renderer-js')).ready;
  const png = await api.zplToBase64Async(zpl, width, height, dotsPerMm);
  return rasterOfPng(Buffer.from(png, 'base64'));
}
