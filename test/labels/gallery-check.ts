/** Reads a label of the gallery back, from the picture alone, with two decoders. */

import { expectedOf, type GalleryLabel, layoutsOf } from '../../scripts/gallery/labels.ts';
import { Outlines } from '../../src/documents/outlines.ts';
import { quietZoneOf } from '../../src/labels/placed-symbols.ts';
import type { TextRuler } from '../../src/labels/placed-text.ts';
import { renderLabels } from '../../src/labels/render.ts';
import { scan } from './label-reading.ts';
import { rasterOf } from './page-raster.ts';
import { type SecondDecoder, secondDecoders } from './second-decoder.ts';

/** What one reader made of the page, sorted; by the side of what should stand there. */
export interface Reading {
  readonly reader: string;
  readonly read: readonly string[];
  readonly wanted: readonly string[];
}

/** ISO/IEC 15424: what a scanner says in front of the text. */
const kindOf: Readonly<Record<string, string>> = {
  ']d2': 'gs1datamatrix',
  ']d1': 'datamatrix',
  ']Q1': 'qr',
  ']C1': 'gs1-128',
};

/** Below the last symbol a page is cut off: most of a sheet is empty, and looking through it takes long. */
const belowSymbolsMm = 10;

const outlines = new Outlines();
const ruler: TextRuler = (text, style) => outlines.measure(text, style);

/** @returns what zxing and others, by default one, read of the label at that many dots an inch. */
export async function readBack(
  label: GalleryLabel,
  dotsPerInch: number,
  others: readonly SecondDecoder[] = secondDecoders.slice(0, 1),
): Promise<Reading[]> {
  const pdf = await renderLabels(label.template, label.contents, label.options);
  const raster = await rasterOf(pdf, dotsPerInch, lowestSymbolMm(label) + belowSymbolsMm);
  const expected = expectedOf(label, ruler).flatMap(({ symbols }) => symbols);
  const kinds = expected.map(({ kind }) => kind);
  const first = await scan(raster);
  const readings: Reading[] = [
    {
      reader: 'zxing-wasm',
      read: first.map(({ symbologyIdentifier: id, text }) => `${kindOf[id] ?? id} ${text}`).toSorted(),
      wanted: expected.map(({ kind, text }) => `${kind} ${text}`).toSorted(),
    },
  ];
  const count = (...wanted: readonly string[]): number =>
    kinds.filter((kind) => wanted.includes(kind)).length;
  for (const { name, read } of others) {
    const texts = await read(raster, {
      dataMatrix: count('gs1datamatrix', 'datamatrix'),
      qr: count('qr'),
      bars: count('gs1-128'),
    });
    const wanted = expected.map(({ text }) => text).toSorted();
    readings.push({ reader: name, read: texts.toSorted(), wanted });
  }
  return readings;
}

function lowestSymbolMm(label: GalleryLabel): number {
  const ends = layoutsOf(label, ruler).flatMap(({ primitives }) =>
    primitives.flatMap((primitive) => {
      if (primitive.kind !== 'matrix' && primitive.kind !== 'bars') return [];
      const { y, height } = quietZoneOf(primitive);
      return [y + height];
    }),
  );
  return Math.max(...ends);
}
