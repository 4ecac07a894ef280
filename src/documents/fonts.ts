/**
 * Noto Sans SC (SIL Open Font License), the one typeface of every paper and label: parsed once a process,
 * lent to each document as a view of its own.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { create, type Font } from 'fontkit';

export type Weight = 'regular' | 'bold';

const fontFiles: Readonly<Record<Weight, string>> = {
  regular: '@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf',
  bold: '@expo-google-fonts/noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf',
};

interface Face {
  readonly font: Font;
  /** Of code points that share one glyph, which one a copied text shall contain. */
  readonly spelledAs: ReadonlyMap<number, number>;
}

const faces = new Map<Weight, Face>();

/**
 * A font object for one document only. fontkit remembers in each glyph the first code point that it was asked
 * for, and pdfkit writes that into the file's text layer: with a shared font a lot number's `-` is copied out
 * as U+00AD once another document has printed a soft hyphen. So every document gets fresh glyph and layout
 * caches on an object that inherits the parsed tables. `_glyphs` and `_layoutEngine` are private fields of
 * fontkit 2.0.4, which is therefore pinned; test/documents/text-layer.test.ts fails if they change.
 */
export function fontView(weight: Weight): Font {
  return Object.create(face(weight).font, { _glyphs: { value: {}, writable: true } });
}

/** @returns whether the typeface can draw the code point; both weights hold the same characters. */
export function hasGlyph(codePoint: number): boolean {
  return face('regular').font.hasGlyphForCodePoint(codePoint);
}

/**
 * @returns the code point that stands for all that look alike: 482 glyphs of the font are shared (`-` with the
 *   soft and the non-breaking hyphen, 见 with its radical), and a file's text layer holds one spelling a glyph.
 */
export function canonicalCodePoint(codePoint: number): number {
  return face('regular').spelledAs.get(codePoint) ?? codePoint;
}

function face(weight: Weight): Face {
  const known = faces.get(weight);
  if (known) return known;
  const font = create(readFileSync(fileURLToPath(import.meta.resolve(fontFiles[weight]))));
  if (!('layout' in font)) throw new Error(`${fontFiles[weight]} is a collection, not a font`);
  const loaded = { font, spelledAs: weight === 'regular' ? sharedSpellings(font) : new Map() };
  faces.set(weight, loaded);
  return loaded;
}

function sharedSpellings(font: Font): Map<number, number> {
  const spellings = new Map<number, number[]>();
  const scratch: Font = Object.create(font, { _glyphs: { value: {}, writable: true } });
  for (const codePoint of scratch.characterSet) {
    const { id } = scratch.glyphForCodePoint(codePoint);
    const sharing = spellings.get(id);
    if (sharing) sharing.push(codePoint);
    else spellings.set(id, [codePoint]);
  }
  const spelledAs = new Map<number, number>();
  for (const sharing of spellings.values()) {
    const [first, ...others] = sharing.toSorted((a, b) => strangeness(a) - strangeness(b) || a - b);
    if (first === undefined) continue;
    // ⺿ shares its glyph with U+FA5E alone, which normalisation turns into 艹.
    const spelling = String.fromCodePoint(first).normalize('NFC').codePointAt(0) ?? first;
    for (const other of others) spelledAs.set(other, spelling);
  }
  return spelledAs;
}

/** Lower is the likelier spelling: ASCII, everyday punctuation, common Han, anything else, radicals last. */
function strangeness(codePoint: number): number {
  if (codePoint < 0x80) return 0;
  if ([0x2013, 0x3000, 0xff0f, 0xff40, 0xff5e].includes(codePoint)) return 1;
  if (codePoint >= 0x4e00 && codePoint <= 0x9fff) return 2;
  if (codePoint >= 0x2e80 && codePoint <= 0x2fdf) return 9;
  return 3;
}
