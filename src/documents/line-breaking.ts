/** Breaks text into lines of a given width, by Unicode line breaking (UAX #14), inside a word where it must. */
import LineBreaker from 'linebreak';

/** @returns the width of a piece of text in the unit of the widths asked for (here: points). */
export type Measure = (text: string) => number;

/**
 * @param text printable text; a line feed ends a line.
 * @param width room for a line, in points.
 * @returns at least one line; together they hold every character but the spaces at line ends. A word wider than
 *   the line is broken between characters; a character wider than the line stands alone.
 */
export function breakLines(text: string, width: number, measure: Measure): string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  const emit = (): void => {
    lines.push(line.trimEnd());
    line = '';
    used = 0;
  };
  for (const { piece, required } of pieces(text)) {
    if (used + measure(piece.trimEnd()) > width && line !== '') emit();
    if (measure(piece.trimEnd()) > width) {
      for (const character of piece) {
        const advance = measure(character);
        if (used + advance > width && line !== '') emit();
        line += character;
        used += advance;
      }
    } else {
      line += piece;
      used += measure(piece);
    }
    if (required) emit();
  }
  if (line !== '' || lines.length === 0) emit();
  return lines;
}

/**
 * Unbreakable pieces in order; `required` marks one that a line feed ends. UAX #14 would break `A/B%12` and
 * `2026-11-24` behind `/` and `-`; a lot number torn apart is read wrongly, so ASCII without spaces is one piece.
 */
function* pieces(text: string): Generator<{ piece: string; required: boolean }> {
  const breaker = new LineBreaker(text);
  let start = 0;
  for (let next = breaker.nextBreak(); next; next = breaker.nextBreak()) {
    const around = text.slice(next.position - 1, next.position + 1);
    if (!next.required && /^[!-~]{2}$/.test(around)) continue;
    const raw = text.slice(start, next.position);
    start = next.position;
    yield { piece: raw.replace(/\n$/, ''), required: raw.endsWith('\n') };
  }
}
