/**
 * One PDF file being drawn: pdfkit with our fonts, printable text, a fixed creation time and a named end. It
 * knows pages and points, no flow of text; {@link ./document.ts} flows, labels place.
 */
import { once } from 'node:events';
import { deflateSync } from 'node:zlib';
import PDFDocument from 'pdfkit';
import { fontView, type Weight } from './fonts.ts';
import { printable } from './printable.ts';
import { Recurring } from './recurring.ts';

export type Language = 'zh-CN' | 'en';

/** A length in points, 1/72 inch, as PDF counts. */
export const millimetres = (length: number): number => (length * 72) / 25.4;

export interface PdfOptions {
  /** What a reader's window shows; `&` and `<` are written full width, since pdfkit would break the XMP. */
  readonly title: string;
  /** What tells two files of one title apart; also keeps their /ID different. */
  readonly subject?: string;
  readonly language: Language;
  /** Becomes CreationDate and goes into /ID: the same input at the same time gives the same bytes. */
  readonly now: Date;
  /** Width and height of a page, in points. */
  readonly pageSize: readonly [number, number];
  /** Papers are PDF/A-3a with a structure tree; labels, which only a printer reads, are plain PDF 1.7. */
  readonly archival: boolean;
}

export interface TextStyle {
  readonly size: number;
  readonly weight?: Weight;
  readonly colour?: string;
}

export type Element = PDFKit.PDFStructureElement;
type StructureOptions = NonNullable<Parameters<PDFKit.PDFDocument['struct']>[1]>;

const widthUnit = 1_000;
const rememberedWidthsMax = 20_000;
const rememberedLinesMax = 500;

/** pdfkit keeps the glyphs of every word: of a long file for so many pages. */
const pagesOfWords = 16;
/** Bytes of a short paper. */
const firstRoom = 16 * 1024;
/** Bytes that zlib allots at a time, and holds on to: a label's commands come to a third of their length. */
const smallestChunk = 1_024;
/** Of a page that was written: pdfkit lists all pages at the end, and needs no more of each than its number. */
const forgotten: PDFKit.PDFKitReference['data'] = { Pattern: undefined, Annots: undefined };

export class Pdf {
  readonly kit: PDFKit.PDFDocument;
  /** What was written and not yet taken: {@link waiting} bytes of it. */
  #room = Buffer.allocUnsafe(firstRoom);
  #waiting = 0;
  readonly #root: Element | undefined;
  /** Of the page that {@link nextPage} began. */
  #commands: string[] | undefined;
  /** That it began. */
  #pages = 0;
  /** Widths at {@link widthUnit}: line breaking asks for the same words at many sizes. */
  readonly #widths = new Recurring<number>(rememberedWidthsMax);
  /** On a roll all but the serial number comes again on every page, at the same place. */
  readonly #lines = new Recurring<{ readonly commands: string; readonly fonts: object }>(rememberedLinesMax);
  readonly #stamps = new Map<string, { readonly name: string; readonly form: PDFKit.PDFKitReference }>();

  constructor(options: PdfOptions) {
    this.kit = new PDFDocument({
      autoFirstPage: false,
      bufferPages: options.archival,
      font: '',
      size: [...options.pageSize],
      margin: 0,
      pdfVersion: '1.7',
      lang: options.language,
      displayTitle: true,
      ...(options.archival ? { tagged: true, subset: 'PDF/A-3a' as const } : {}),
      info: {
        Title: metadataText(options.title),
        ...(options.subject ? { Subject: metadataText(options.subject) } : {}),
        Creator: 'pps-trace',
        Producer: 'pps-trace',
        CreationDate: options.now,
      },
    });
    this.kit.registerFont('regular', fontView('regular')).registerFont('bold', fontView('bold'));
    this.kit.on('data', (chunk: Uint8Array) => this.#keep(chunk));
    if (options.archival) {
      this.#root = this.kit.struct('Document');
      this.kit.addStructure(this.#root);
    }
  }

  /**
   * Begins a page of a long file: the one before is written and forgotten, so that it cannot be drawn on any more. It
   * comes to the same bytes as a page of pdfkit's own, of which each keeps 2 kB until the file ends and leaves behind
   * 20 kB more, of its compression, that only a full collection of garbage takes away.
   * @param size width and height in points.
   */
  nextPage(size: readonly [number, number]): void {
    const { kit } = this;
    this.#writePage();
    this.#pages += 1;
    if (this.#pages % pagesOfWords === 0) this.#forgetWords();
    const commands: string[] = [];
    this.#commands = commands;
    kit.addContent = (command: string) => {
      commands.push(command);
      return kit;
    };
    kit.addPage({ size: [...size], margin: 0 });
  }

  #writePage(): void {
    if (this.#commands === undefined) return;
    const { content, dictionary } = this.kit.page;
    const text = `${this.#commands.join('\n')}\n`;
    // Memory of its own: of the pool it would stay as long as what the compressor took from there.
    const commands = Buffer.allocUnsafeSlow(text.length);
    commands.write(text, 'latin1');
    this.#commands = undefined;
    content.compress = false;
    content.write(deflateSync(commands, { chunkSize: Math.max(smallestChunk, commands.length >> 1) }));
    Object.assign(content.data, { Filter: 'FlateDecode' });
    this.kit.flushPages();
    dictionary.data = { ...forgotten };
  }

  /** @returns the width in points of one line of text, as {@link line} draws it. */
  measure(text: string, { size, weight = 'regular' }: TextStyle): number {
    const key = `${weight} ${text}`;
    let width = this.#widths.get(key);
    if (width === undefined) {
      width = this.kit.font(weight).fontSize(widthUnit).widthOfString(printable(text));
      this.#widths.set(key, width);
    }
    return (width * size) / widthUnit;
  }

  /**
   * The glyphs of every word of a document come to 2 kB a label. `_font.layoutCache` is private to pdfkit 0.20.2,
   * which is pinned.
   */
  #forgetWords(): void {
    for (const weight of ['regular', 'bold'] as const) {
      const font: unknown = Reflect.get(this.kit.font(weight), '_font');
      if (typeof font !== 'object' || font === null || !('layoutCache' in font)) {
        throw new Error('pdfkit keeps its words elsewhere by now');
      }
      font.layoutCache = Object.create(null);
    }
  }

  /** Draws one line; `y` is its baseline. The text is made printable first. */
  line(
    text: string,
    x: number,
    y: number,
    { size, weight = 'regular', colour = '#000000' }: TextStyle,
  ): void {
    const { kit } = this;
    const key = `${x} ${y} ${size} ${weight} ${colour} ${text}`;
    let line = this.#lines.get(key);
    if (line === undefined) {
      const commands = this.#written(() => {
        kit.font(weight).fontSize(size).fillColor(colour);
        kit.text(printable(text), x, y, { lineBreak: false, baseline: 'alphabetic' });
      });
      line = { commands, fonts: { ...kit.page.fonts } };
      this.#lines.set(key, line);
    }
    Object.assign(kit.page.fonts, line.fonts);
    kit.addContent(line.commands);
  }

  /** @returns what drawing writes into the page, which is not written into it. */
  #written(draw: () => void): string {
    const { kit } = this;
    const { addContent } = kit;
    const commands: string[] = [];
    kit.addContent = (command: string) => {
      commands.push(command);
      return kit;
    };
    try {
      draw();
    } finally {
      kit.addContent = addContent;
    }
    return commands.join('\n');
  }

  /**
   * Draws what comes again and again: its commands are in the file once (a form XObject, ISO 32000-1 8.10).
   * @param key tells it from all others in this file.
   * @param box that it does not leave, in its own units: left, upper, right and lower edge.
   * @param commands of a content stream, in its own units.
   * @param place of its origin on the page, in points, and points a unit.
   */
  stamp(
    key: string,
    box: readonly [number, number, number, number],
    commands: () => string,
    { x, y, scale }: { readonly x: number; readonly y: number; readonly scale: number },
  ): void {
    let stamp = this.#stamps.get(key);
    if (stamp === undefined) {
      const form = this.kit.ref({ Type: 'XObject', Subtype: 'Form', BBox: [...box], Resources: {} });
      form.end(Buffer.from(commands(), 'latin1'));
      stamp = { name: `Stamp${this.#stamps.size + 1}`, form };
      this.#stamps.set(key, stamp);
    }
    this.kit.page.xobjects[stamp.name] = stamp.form;
    this.kit.save().transform(scale, 0, 0, scale, x, y).addContent(`/${stamp.name} Do`).restore();
  }

  /** A new structure element under `parent` (the document itself without one); end it with {@link end}. */
  element(type: string, parent?: Element, options: StructureOptions = {}): Element {
    const above = parent ?? this.#root;
    if (!above) throw new Error('this file has no structure tree');
    const element = this.kit.struct(type, options);
    above.add(element);
    return element;
  }

  /** Draws what a reading machine shall skip: rules, shades, page furniture. Never inside {@link content}. */
  artifact(draw: () => void, type: 'Pagination' | 'Layout' = 'Layout'): void {
    this.kit.markContent('Artifact', { type });
    draw();
    this.kit.endMarkedContent();
  }

  /** Draws content that belongs to an element, on the page that is current. */
  content(element: Element, draw: () => void): void {
    element.add(draw);
  }

  /** Copied at once: pdfkit writes a page as fourteen small arrays, which would grow old until they are taken. */
  #keep(chunk: Uint8Array): void {
    const waiting = this.#waiting + chunk.length;
    if (waiting > this.#room.length) {
      const room = Buffer.allocUnsafe(Math.max(2 * this.#room.length, waiting));
      this.#room.copy(room, 0, 0, this.#waiting);
      this.#room = room;
    }
    this.#room.set(chunk, this.#waiting);
    this.#waiting = waiting;
  }

  /** Bytes that were written and not yet taken. */
  get waiting(): number {
    return this.#waiting;
  }

  /** @returns the bytes written since it was last asked, so that a long file need not be held as a whole. */
  take(): Buffer {
    const taken = this.#room.subarray(0, this.#waiting);
    this.#room = Buffer.allocUnsafe(this.#room.length);
    this.#waiting = 0;
    return taken;
  }

  /**
   * Ends the file. pdfkit waits forever, without a word, for an object that nobody ended; here that is an error.
   * @returns the file's bytes, or those that were not {@link take}n before.
   */
  async finish(): Promise<Buffer> {
    this.#root?.end();
    this.#writePage();
    const ended = once(this.kit, 'end').then(() => true);
    this.kit.end();
    const waited = new Promise<false>((resolve) => setImmediate(() => setImmediate(() => resolve(false))));
    if (!(await Promise.race([ended, waited]))) throw new Error('a part of the PDF was never ended');
    return this.take();
  }
}

function metadataText(text: string): string {
  return printable(text).replace(/\n/g, ' ').replaceAll('&', '＆').replaceAll('<', '＜');
}
