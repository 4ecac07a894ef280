/**
 * Text as outlines, for pictures and for printers that do not have our typeface: the glyphs and advances that a PDF
 * has, so that what was laid out for one fits the other.
 */
import type { Font, GlyphRun, PathCommand } from 'fontkit';
import { fontView, type Weight } from './fonts.ts';

/** Lengths in any one unit; so is what comes back. */
export interface OutlinedLine {
  readonly x: number;
  readonly baseline: number;
  readonly size: number;
  readonly weight: Weight;
}

interface Word {
  /** In font units. */
  readonly advance: number;
  readonly glyphs: readonly {
    readonly x: number;
    readonly y: number;
    readonly path: readonly PathCommand[];
  }[];
}

/** A label has some thirty words; serial numbers are another each. */
const rememberedWordsMax = 2_000;

/** The outlines of one job; it remembers words, and forgets them all before they are too many. */
export class Outlines {
  #words = new Map<string, Word>();
  #fonts = freshFonts();

  /** @returns the width of one line in the unit of `size`, as a PDF measures it. */
  measure(text: string, { size, weight }: Pick<OutlinedLine, 'size' | 'weight'>): number {
    const advance = wordsOf(text).reduce((sum, word) => sum + this.#word(word, weight).advance, 0);
    return (advance * size) / this.#fonts[weight].unitsPerEm;
  }

  /**
   * @param text one printable line.
   * @returns SVG path data of absolute M, L, Q, C and Z, to a thousandth of the unit; empty for blanks.
   */
  path(text: string, { x, baseline, size, weight }: OutlinedLine): string {
    const scale = size / this.#fonts[weight].unitsPerEm;
    let pen = x;
    let data = '';
    for (const piece of wordsOf(text)) {
      const { advance, glyphs } = this.#word(piece, weight);
      for (const glyph of glyphs) {
        const [left, zero] = [pen + glyph.x * scale, baseline - glyph.y * scale];
        for (const { command, args } of glyph.path) {
          data += letterOf[command];
          for (let at = 0; at < args.length; at += 2) {
            data += `${at > 0 ? ' ' : ''}${thousandths(left + (args[at] ?? 0) * scale)} `;
            data += thousandths(zero - (args[at + 1] ?? 0) * scale);
          }
        }
      }
      pen += advance * scale;
    }
    return data;
  }

  #word(text: string, weight: Weight): Word {
    const key = `${weight} ${text}`;
    const known = this.#words.get(key);
    if (known) return known;
    if (this.#words.size >= rememberedWordsMax) {
      // The view of the font remembers glyphs as well.
      this.#words = new Map();
      this.#fonts = freshFonts();
    }
    const word = wordOf(this.#fonts[weight].layout(text));
    this.#words.set(key, word);
    return word;
  }
}

function freshFonts(): Readonly<Record<Weight, Font>> {
  return { regular: fontView('regular'), bold: fontView('bold') };
}

/** As pdfkit divides a line before it lays it out: a blank ends a word and belongs to it, so that none kerns over it. */
function wordsOf(text: string): readonly string[] {
  return text.match(/[^ ]* |[^ ]+$/g) ?? [];
}

function wordOf({ glyphs, positions, advanceWidth }: GlyphRun): Word {
  let pen = 0;
  const placed = glyphs.map((glyph, index) => {
    const { xOffset = 0, yOffset = 0, xAdvance = glyph.advanceWidth } = positions[index] ?? {};
    const at = { x: pen + xOffset, y: yOffset, path: glyph.path.commands };
    pen += xAdvance;
    return at;
  });
  return { advance: advanceWidth, glyphs: placed };
}

const letterOf: Readonly<Record<PathCommand['command'], string>> = {
  moveTo: 'M',
  lineTo: 'L',
  quadraticCurveTo: 'Q',
  bezierCurveTo: 'C',
  closePath: 'Z',
};

/** A number as path data writes it; never with an exponent, which `String` would write below a millionth. */
function thousandths(length: number): string {
  return String(Math.round(length * 1_000) / 1_000);
}
