/**
 * Labels as ZPL II, for label printers: symbols by the printer's own commands where it must come to the same symbol,
 * all text as bitmaps of our typeface. A printer's own font has other widths than those that were laid out, and
 * text would run into a quiet zone. Every label stands by itself: nothing is stored in the printer that a restart
 * in the midst of a job could lose.
 */
import { Outlines } from '../documents/outlines.ts';
import { unreachable } from '../errors.ts';
import { type Bitmap, bitmapOf } from './picture.ts';
import type {
  LabelLayout,
  PlacedBars,
  PlacedMatrix,
  PlacedShape,
  PlacedText,
  Primitive,
} from './primitive.ts';
import { pointsPerMm } from './rectangle.ts';
import { barsCommand, matrixCommand } from './zpl-symbols.ts';

/** Graphics that come again on the next label of a job: a few dozen lines, and every serial number once. */
const rememberedFieldsMax = 2_000;

/** Text and shapes of a job, which the printer gets as graphics. */
export class ZplGraphics {
  readonly outlines = new Outlines();
  #drawn = new Map<string, (x: number, y: number) => string>();

  /**
   * @param what tells the graphic from all others at the printer's dots.
   * @returns the field with the graphic's origin at those dots.
   */
  field(what: string, x: number, y: number, drawing: () => ReturnType<typeof bitmapOf>): string {
    let place = this.#drawn.get(what);
    if (place === undefined) {
      if (this.#drawn.size >= rememberedFieldsMax) this.#drawn = new Map();
      place = graphicField(drawing());
      this.#drawn.set(what, place);
    }
    return place(x, y);
  }
}

function graphicField(drawn: ReturnType<typeof bitmapOf>): (x: number, y: number) => string {
  if (drawn === undefined) return () => '';
  const graphic = graphicCommand(drawn.bitmap);
  return (x, y) => `^FO${x + drawn.left},${y + drawn.top}${graphic}^FS\n`;
}

/**
 * @param layout made for as many dots an inch.
 * @param dotsPerInch of the printer's head: 203.2 for 8 dots a millimetre, 300 for 11.8.
 * @param graphics of the same job, which then draws the same text once.
 * @returns one format, `^XA` to `^XZ`, of ASCII alone; the same for the same label.
 */
export function toZpl(layout: LabelLayout, dotsPerInch: number, graphics = new ZplGraphics()): string {
  const dotsPerMm = dotsPerInch / 25.4;
  const [width, length] = [layout.sizeMm.width, layout.sizeMm.height].map((side) =>
    Math.round(side * dotsPerMm),
  );
  const fields = layout.primitives.map((primitive) => fieldOf(primitive, dotsPerMm, graphics));
  // Whatever an earlier job left behind: home, shift, orientation, reversal, copies.
  return `^XA^PW${width}^LL${length}^LH0,0^LT0^LS0^FWN^LRN^PON^PMN^MUd\n${fields.join('')}^PQ1^XZ\n`;
}

function fieldOf(primitive: Primitive, dotsPerMm: number, graphics: ZplGraphics): string {
  const dots = (length: number): number => Math.round(length * dotsPerMm);
  switch (primitive.kind) {
    case 'matrix':
      return symbolField(
        matrixCommand(primitive, dots),
        () => matrixBitmap(primitive, dots),
        primitive,
        dots,
      );
    case 'bars':
      return symbolField(barsCommand(primitive, dots), () => barsBitmap(primitive, dots), primitive, dots);
    case 'text':
      return textField(primitive, dotsPerMm, graphics);
    case 'shape':
      return shapeField(primitive, dotsPerMm, graphics);
    case 'rule': {
      const [left, top] = [dots(primitive.x), dots(primitive.y)];
      const width = Math.max(1, dots(primitive.x + primitive.width) - left);
      const height = Math.max(1, dots(primitive.y + primitive.height) - top);
      return `^FO${left},${top}^GB${width},${height},${Math.min(width, height)},B,0^FS\n`;
    }
    default:
      return unreachable(primitive);
  }
}

/** The printer's own command, or the symbol dot by dot where its encoder might choose a larger one. */
function symbolField(
  command: string | undefined,
  bitmap: () => Bitmap,
  { x, y }: PlacedMatrix | PlacedBars,
  dots: (length: number) => number,
): string {
  return command ?? `^FO${dots(x)},${dots(y)}${graphicCommand(bitmap())}^FS\n`;
}

/** Above the baseline and below it, in units of the size: more than any glyph of the typeface reaches. */
const reach = { above: 1.2, below: 0.4 } as const;

function textField(line: PlacedText, dotsPerMm: number, graphics: ZplGraphics): string {
  const { text, x, baseline, weight } = line;
  const size = (line.size / pointsPerMm) * dotsPerMm;
  const above = Math.ceil(size * reach.above);
  const height = above + Math.ceil(size * reach.below);
  return graphics.field(
    `${weight} ${size} ${text}`,
    Math.round(x * dotsPerMm) - 1,
    Math.round(baseline * dotsPerMm) - above,
    () => {
      const path = graphics.outlines.path(text, { x: 1, baseline: above, size, weight });
      return bitmapOf(path, Math.ceil(graphics.outlines.measure(text, { size, weight })) + 2, height);
    },
  );
}

function shapeField(shape: PlacedShape, dotsPerMm: number, graphics: ZplGraphics): string {
  const { path, x, y, width, height } = shape;
  const scale = shape.scale * dotsPerMm;
  return graphics.field(`${scale} ${path}`, Math.round(x * dotsPerMm), Math.round(y * dotsPerMm), () =>
    bitmapOf(scaled(path, scale), Math.ceil(width * scale) + 1, Math.ceil(height * scale) + 1),
  );
}

/** Of absolute commands alone, every number is a coordinate. */
function scaled(path: string, scale: number): string {
  return path.replace(
    /-?(\d+\.?\d*|\.\d+)(e-?\d+)?/g,
    (number) => `${Math.round(Number(number) * scale * 1_000) / 1_000}`,
  );
}

function matrixBitmap({ matrix, moduleMm }: PlacedMatrix, dots: (length: number) => number): Bitmap {
  const module = dots(moduleMm);
  const side = matrix.size * module;
  const dark = (x: number, y: number): boolean =>
    matrix.modules[Math.floor(y / module) * matrix.size + Math.floor(x / module)] === 1;
  return bitmapWhere(side, side, dark);
}

function barsBitmap({ widths, moduleMm, heightMm }: PlacedBars, dots: (length: number) => number): Bitmap {
  const line = widths.flatMap((width, index) =>
    new Array<boolean>(width * dots(moduleMm)).fill(index % 2 === 0),
  );
  return bitmapWhere(line.length, dots(heightMm), (x) => line[x] === true);
}

function bitmapWhere(width: number, height: number, dark: (x: number, y: number) => boolean): Bitmap {
  const bytesPerRow = Math.ceil(width / 8);
  const rows = Buffer.alloc(bytesPerRow * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = y * bytesPerRow + (x >> 3);
      if (dark(x, y)) rows[at] = (rows[at] ?? 0) | (0x80 >> (x & 7));
    }
  }
  return { width, height, rows };
}

/** `^GFA` in hexadecimal, compressed as ZPL has it. */
function graphicCommand({ width, height, rows }: Bitmap): string {
  const bytesPerRow = Math.ceil(width / 8);
  let data = '';
  let before = '';
  for (let row = 0; row < height; row += 1) {
    const hex = rows.toString('hex', row * bytesPerRow, (row + 1) * bytesPerRow).toUpperCase();
    data += hex === before ? ':' : compressed(hex);
    before = hex;
  }
  return `^GFA,${rows.length},${rows.length},${bytesPerRow},${data}`;
}

/** `,` fills a row with zeros, `G` to `Y` repeat a digit 1 to 19 times, `g` to `z` 20 to 400 times. */
function compressed(hex: string): string {
  const trimmed = hex.replace(/0+$/, '');
  const runs = trimmed.replace(/(.)\1+/g, (run, digit: string) => repeats(run.length) + digit);
  return trimmed.length < hex.length ? `${runs},` : runs;
}

function repeats(count: number): string {
  if (count > 419) return `z${repeats(count - 400)}`;
  const twenties = Math.floor(count / 20);
  const ones = count % 20;
  return (
    (twenties > 0 ? String.fromCharCode(0x66 + twenties) : '') +
    (ones > 0 ? String.fromCharCode(0x46 + ones) : '')
  );
}
