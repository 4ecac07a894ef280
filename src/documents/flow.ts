/** Where the next thing goes: pages, the cursor, and lines of text that run on over a page's end. */
import { Failure } from '../errors.ts';
import { breakLines } from './line-breaking.ts';
import { type Element, type Language, millimetres, type Pdf, type TextStyle } from './pdf.ts';
import { printable } from './printable.ts';

/** What people read: both languages always, which first is the document's {@link Language}. */
export interface Bilingual {
  readonly zh: string;
  readonly en: string;
}

/** Text in one language for all (a name, a number), or in both. */
export type Text = string | Bilingual;

/** More than any paper that a person reads; beyond it the data belongs into an export. */
export const pagesPerDocumentMax = 2_000;

export const ink = {
  text: '#1b1f23',
  quiet: '#5b6670',
  rule: '#c5ccd3',
  shade: '#f1f4f6',
  heading: '#123a56',
  danger: '#a3161f',
} as const;

/** Distance of baselines in units of the font size; Han text without ascenders needs more air than Latin. */
const lineSpacing = 1.5;

export interface Lines {
  readonly lines: readonly string[];
  readonly style: TextStyle;
  readonly lineHeight: number;
  readonly height: number;
}

export class Flow {
  readonly pdf: Pdf;
  readonly language: Language;
  readonly left: number;
  readonly width: number;
  readonly top: number;
  readonly bottom: number;
  y: number;
  pages = 0;
  readonly #pageSize: readonly [number, number];

  constructor(pdf: Pdf, language: Language, pageSize: readonly [number, number]) {
    this.pdf = pdf;
    this.language = language;
    this.#pageSize = pageSize;
    this.left = millimetres(20);
    this.width = pageSize[0] - 2 * this.left;
    this.top = millimetres(25);
    this.bottom = pageSize[1] - millimetres(20);
    this.y = this.top;
    this.newPage();
  }

  /**
   * @throws Failure `document/too-long` past {@link pagesPerDocumentMax}.
   */
  newPage(): void {
    if (this.pages === pagesPerDocumentMax) {
      throw new Failure('document/too-long', { pagesMax: pagesPerDocumentMax });
    }
    this.pdf.kit.addPage({ size: [...this.#pageSize], margin: 0 });
    this.pages += 1;
    this.y = this.top;
  }

  /** Starts a new page unless `height` points are left on this one (or it is still empty). */
  keepTogether(height: number): void {
    if (this.y + height > this.bottom && this.y > this.top) this.newPage();
  }

  get pageHeight(): number {
    return this.bottom - this.top;
  }

  /** Space before the next block; none at the head of a page. */
  gap(points: number): void {
    if (this.y > this.top) this.y += points;
  }

  /** A text's first language and, smaller in print, its second; a plain string has no second. */
  languages(text: Text): { first: string; second?: string; secondLanguage: Language } {
    const secondLanguage = this.language === 'en' ? 'zh-CN' : 'en';
    if (typeof text === 'string') return { first: text, secondLanguage };
    const [first, second] = this.language === 'en' ? [text.en, text.zh] : [text.zh, text.en];
    return { first, second, secondLanguage };
  }

  /** Breaks a text into lines of `width` points. */
  lines(text: string, width: number, style: TextStyle): Lines {
    const lines = breakLines(printable(text), width, (piece) => this.pdf.measure(piece, style));
    const lineHeight = style.size * lineSpacing;
    return { lines, style, lineHeight, height: lines.length * lineHeight };
  }

  /** The largest size up to `style.size` at which a text stands on one line of `width` points. */
  fitted(text: string, width: number, style: TextStyle): TextStyle {
    const needed = this.pdf.measure(text, style);
    return needed <= width ? style : { ...style, size: (style.size * width) / needed };
  }

  /** Draws lines with their upper edge at `y`; `align: 'end'` and `'centre'` need the width. */
  drawLines(
    block: Lines,
    x: number,
    y: number,
    width = 0,
    align: 'start' | 'centre' | 'end' = 'start',
  ): void {
    const { style, lineHeight } = block;
    for (const [index, line] of block.lines.entries()) {
      const free = align === 'start' ? 0 : width - this.pdf.measure(line, style);
      const baseline = y + index * lineHeight + lineHeight / 2 + style.size * 0.36;
      this.pdf.line(line, x + (align === 'centre' ? free / 2 : free), baseline, style);
    }
  }

  /**
   * Draws lines as one structure element from the cursor on, over as many pages as they need; at least two
   * lines (or all) start on a page.
   */
  run(element: Element, block: Lines, indent = 0, align: 'start' | 'centre' = 'start'): void {
    let rest = block.lines;
    this.keepTogether(Math.min(2, rest.length) * block.lineHeight);
    while (rest.length > 0) {
      const fitting = Math.max(1, Math.floor((this.bottom - this.y) / block.lineHeight));
      const part = { ...block, lines: rest.slice(0, fitting) };
      rest = rest.slice(fitting);
      this.pdf.content(element, () =>
        this.drawLines(part, this.left + indent, this.y, this.width - indent, align),
      );
      this.y += part.lines.length * block.lineHeight;
      if (rest.length > 0) this.newPage();
    }
    element.end();
  }

  /** A horizontal hairline. */
  rule(y: number, colour: string = ink.rule, thickness = 0.6, x = this.left, width = this.width): void {
    this.pdf.artifact(() => {
      this.pdf.kit
        .moveTo(x, y)
        .lineTo(x + width, y)
        .lineWidth(thickness)
        .strokeColor(colour)
        .stroke();
    });
  }
}
