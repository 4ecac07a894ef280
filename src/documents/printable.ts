/**
 * Turns any string into one that prints as it reads: nothing is dropped that a reader could see, and nothing
 * prints as an empty box.
 */
import { canonicalCodePoint, hasGlyph } from './fonts.ts';

/**
 * What a character without a glyph prints as. A rare name (𠮷) or an emoji becomes `[U+20BB7]`: ugly, visible,
 * and reversible, where a box would look like another person's box.
 */
function missingGlyphNotation(codePoint: number): string {
  return `[U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}]`;
}

/**
 * @param text any string, also from outside: lone surrogates, controls and bidirectional overrides included.
 * @returns the text to print, NFC; line feeds stay, other white space is a space. Characters that draw nothing
 *   (zero width, byte order mark, bidirectional controls, variation selectors) are left out, so that they can
 *   neither print as boxes nor reorder a line; soft and non-breaking hyphens become `-`, as in lot numbers;
 *   other characters without a glyph are written by {@link missingGlyphNotation}. Applied twice it changes
 *   nothing more.
 */
export function printable(text: string): string {
  // ASCII is its own spelling, and the typeface draws all of it: most of a label is numbers.
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  let out = '';
  for (const character of tidied(text)) {
    const codePoint = character.codePointAt(0) ?? 0;
    if (character === '\n') out += character;
    else if (!hasGlyph(codePoint)) out += missingGlyphNotation(codePoint);
    else out += String.fromCodePoint(canonicalCodePoint(codePoint));
  }
  return out;
}

/** @returns the characters of a text that the typeface cannot draw, each once: {@link printable} writes their numbers. */
export function withoutGlyph(text: string): string[] {
  const missing = [...tidied(text)].filter(
    (character) => character !== '\n' && !hasGlyph(character.codePointAt(0) ?? 0),
  );
  return [...new Set(missing)];
}

function tidied(text: string): string {
  return (
    text
      .normalize('NFC')
      .replace(/[\u2e80-\u2fdf\uf900-\ufaff]/g, (radical) => radical.normalize('NFKC'))
      .replace(/\r\n?|[\u2028\u2029]/g, '\n')
      .replace(/[^\S\n\u3000\ufeff]/g, ' ')
      .replace(/[\u00ad\u2011]/g, '-')
      // The font's U+2019 is as wide as a Han character: right in Chinese, a hole in "patient’s".
      .replace(/(?<=[A-Za-z0-9])\u2019/g, "'")
      .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
  );
}
