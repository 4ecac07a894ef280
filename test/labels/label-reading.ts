/** Reads printed labels back as a scanner does: from the picture alone. */
import { readFile } from 'node:fs/promises';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import { type Raster, rasterise } from '../documents/pdf-reading.ts';

export interface ScannedSymbol {
  readonly format: string;
  /** ISO/IEC 15424: `]d2` is a GS1 DataMatrix, `]Q1` a plain QR code. */
  readonly symbologyIdentifier: string;
  /** The bytes between start and end, as text: FNC1 as U+001D, none in front. */
  readonly text: string;
}

const ready = readFile(new URL(import.meta.resolve('zxing-wasm/reader/zxing_reader.wasm'))).then((wasm) =>
  prepareZXingModule({
    overrides: { wasmBinary: new Uint8Array(wasm).buffer },
    fireImmediately: true,
  }),
);

/** @returns the symbols on every page of a label file, sorted by format. */
export async function scanLabels(pdf: Buffer, dotsPerInch: number): Promise<ScannedSymbol[][]> {
  const pages: ScannedSymbol[][] = [];
  for (const raster of await rasterise(pdf, dotsPerInch)) pages.push(await scan(raster));
  return pages;
}

/** @returns the symbols on one picture, sorted by format. */
export async function scan({ width, height, grey }: Raster): Promise<ScannedSymbol[]> {
  await ready;
  const data = new Uint8ClampedArray(grey.length * 4).fill(255);
  for (let pixel = 0; pixel < grey.length; pixel += 1) {
    const value = grey[pixel] ?? 0;
    data[pixel * 4] = value;
    data[pixel * 4 + 1] = value;
    data[pixel * 4 + 2] = value;
  }
  const image = { data, width, height, colorSpace: 'srgb' } as const;
  // `Plain`: the default writes GS1 content in brackets and drops the separators.
  const results = await readBarcodes(image, { textMode: 'Plain', maxNumberOfSymbols: 16, tryHarder: true });
  return results
    .filter(({ isValid }) => isValid)
    .map(({ format, symbologyIdentifier, bytes }) => ({
      format,
      symbologyIdentifier,
      text: Buffer.from(bytes).toString('latin1'),
    }))
    .toSorted((a, b) => a.format.localeCompare(b.format));
}
