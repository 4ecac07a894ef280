/**
 * Papers for hospitals, makers and authorities: A4, bilingual, tagged PDF/A-3a, the same bytes for the same
 * input. Call blocks in reading order, then {@link Document.finish}.
 */
import { Flow, type Text } from './flow.ts';
import {
  drawForm,
  drawKeyValues,
  drawSignatures,
  type FormField,
  type KeyValue,
  type Signature,
} from './form-blocks.ts';
import { drawFurniture } from './page-furniture.ts';
import { type Language, millimetres, Pdf } from './pdf.ts';
import { type Column, drawTable, type Row } from './table.ts';
import { drawHeading, drawList, drawNotice, drawParagraph, drawTitle } from './text-blocks.ts';

export interface DocumentOptions {
  readonly title: Text;
  /** The document's own number; on every page. */
  readonly number: string;
  /** Whose document it is; on every page. */
  readonly issuer: string;
  /** The one time in the file; from the injected clock. */
  readonly now: Date;
  /** Which language comes first and larger; the other follows. Default `zh-CN`. */
  readonly language?: Language;
  /** Default `portrait`. */
  readonly orientation?: 'portrait' | 'landscape';
}

export interface TableOptions {
  /** Stands in an empty table. Default 无 None. */
  readonly whenEmpty?: Text;
}

export interface Document {
  /** A section (level 2, the default) or subsection (3); kept with what follows. */
  heading(text: Text, level?: 2 | 3): void;
  paragraph(text: Text): void;
  /** A numbered list. */
  list(items: readonly Text[]): void;
  /** The one thing that must be seen, in a box with a red bar. */
  notice(text: Text): void;
  /** Facts, a row each. */
  keyValues(pairs: readonly KeyValue[]): void;
  /**
   * A table with its header row on every page. Rows are iterated once and stay whole unless higher than a page.
   * @throws Error if a row has not as many cells as there are columns.
   */
  table(columns: readonly Column[], rows: Iterable<Row>, options?: TableOptions): void;
  /** Lines and tick boxes to fill in by hand. */
  form(fields: readonly FormField[]): void;
  /** Boxes for signatures, dates and official seals, two side by side. */
  signatures(signatures: readonly Signature[]): void;
  /** What follows begins on a new page, as a reply slip does. */
  pageBreak(): void;
  /** A line to cut along, before a slip that goes back. */
  cutLine(text: Text): void;
  /** Ends the file; nothing can be drawn after it. @returns its bytes. */
  finish(): Promise<Buffer>;
}

const a4 = [595.28, 841.89] as const;

/**
 * Starts a document with its title at the head of the first page.
 * @throws Failure `document/too-long` from any block that runs past 2,000 pages.
 */
export function createDocument(options: DocumentOptions): Document {
  const { title, number, issuer, now, language = 'zh-CN', orientation = 'portrait' } = options;
  const pageSize = orientation === 'portrait' ? a4 : ([a4[1], a4[0]] as const);
  const name = typeof title === 'string' ? title : language === 'en' ? title.en : title.zh;
  const pdf = new Pdf({ title: name, subject: number, language, now, pageSize, archival: true });
  const flow = new Flow(pdf, language, pageSize);
  drawTitle(flow, title, number);
  return {
    heading: (text, level = 2) => drawHeading(flow, text, level),
    paragraph: (text) => drawParagraph(flow, text),
    list: (items) => drawList(flow, items),
    notice: (text) => drawNotice(flow, text),
    keyValues: (pairs) => drawKeyValues(flow, pairs),
    table: (columns, rows, { whenEmpty = { zh: '无', en: 'None' } } = {}) =>
      drawTable(flow, columns, rows, whenEmpty),
    form: (fields) => drawForm(flow, fields),
    signatures: (signatures) => drawSignatures(flow, signatures),
    pageBreak: () => {
      if (flow.y > flow.top) flow.newPage();
    },
    cutLine: (text) => drawCutLine(flow, text),
    finish: () => {
      drawFurniture(flow, { issuer, number, now });
      return pdf.finish();
    },
  };
}

/** Dashes from edge to edge, with what is below them named. */
function drawCutLine(flow: Flow, text: Text): void {
  const { first, second } = flow.languages(text);
  const style = { size: 8, colour: '#5b6670' };
  const lines = flow.lines(second ? `✂ ${first} ${second}` : `✂ ${first}`, flow.width, style);
  flow.gap(14);
  flow.keepTogether(lines.height + 60);
  const y = flow.y;
  flow.pdf.artifact(() => {
    flow.pdf.kit.moveTo(millimetres(6), y).lineTo(flow.width + 2 * flow.left - millimetres(6), y);
    flow.pdf.kit.lineWidth(0.6).dash(4, { space: 3 }).strokeColor(style.colour).stroke().undash();
  });
  flow.y += 3;
  flow.run(flow.pdf.element('P'), lines);
  flow.y += 4;
}

export type { Text } from './flow.ts';
export type { FormField, KeyValue, Signature } from './form-blocks.ts';
export type { Language } from './pdf.ts';
export type { Column, Row } from './table.ts';
