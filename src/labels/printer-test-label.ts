/** The label that shows an administrator whether a printer is set up right: size, edges, dots and darkness. */
import { Outlines } from '../documents/outlines.ts';
import { chinaTime } from '../documents/page-furniture.ts';
import { millimetres, Pdf } from '../documents/pdf.ts';
import { printable } from '../documents/printable.ts';
import { unreachable } from '../errors.ts';
import { dotsOfHead } from './outputs.ts';
import { drawLayout } from './pdf-drawing.ts';
import type { LabelLayout, PlacedRule, PlacedText } from './primitive.ts';
import type { Printer } from './printers.ts';
import { pointsPerMm } from './rectangle.ts';
import { plainDataMatrix } from './symbol.ts';
import { toZpl } from './zpl.ts';

/** The smallest label that is sold for devices. */
const sizeMm = { width: 30, height: 20 } as const;
const frameMm = 0.25;

/** @param now stands on it @returns it in the printer's language */
export async function testLabel(printer: Printer, now: Date): Promise<Buffer> {
  const outlines = new Outlines();
  const dots = dotsOfHead(printer.dotsPerInch);
  const layout = layoutOf(printer, now, outlines, 25.4 / dots);
  switch (printer.language) {
    case 'zpl':
      return Buffer.from(toZpl(layout, dots), 'latin1');
    case 'pdf': {
      const pageSize = [millimetres(sizeMm.width), millimetres(sizeMm.height)] as const;
      const pdf = new Pdf({
        title: '打印机测试 Printer test',
        language: 'zh-CN',
        now,
        pageSize,
        archival: false,
      });
      pdf.kit.addPage({ size: [...pageSize], margin: 0 });
      drawLayout(pdf, layout);
      return pdf.finish();
    }
    default:
      return unreachable(printer.language);
  }
}

function layoutOf(
  { name, language, dotsPerInch }: Printer,
  now: Date,
  outlines: Outlines,
  dotMm: number,
): LabelLayout {
  const onGrid = (length: number): number => Math.round(length / dotMm) * dotMm;
  // Text that no reader takes for a device.
  const text = 'pps-trace printer test';
  const matrix = plainDataMatrix(text);
  const moduleMm = onGrid(0.375);
  const x = onGrid(sizeMm.width - 2 - matrix.size * moduleMm);
  const room = x - 2.5;
  const line = (
    said: string,
    baseline: number,
    largest: number,
    weight: PlacedText['weight'],
  ): PlacedText => {
    const clean = printable(said);
    const width = outlines.measure(clean, { size: largest, weight }) / pointsPerMm;
    const share = Math.min(1, room / width);
    return {
      kind: 'text',
      text: clean,
      x: 1.5,
      baseline,
      size: largest * share,
      weight,
      widthMm: width * share,
    };
  };
  return {
    sizeMm,
    primitives: [
      ...frame(),
      { kind: 'matrix', symbology: 'datamatrix', text, matrix, x, y: onGrid(2), moduleMm },
      line('打印机测试', 4.5, 8, 'bold'),
      line('Printer test', 7.5, 7, 'regular'),
      line(name, 11, 7, 'regular'),
      line(`${language.toUpperCase()} ${dotsPerInch} dpi`, 14, 6, 'regular'),
      line(chinaTime(now), 17, 6, 'regular'),
    ],
  };
}

/** Where the edges of a label are is what is most often set up wrong. */
function frame(): PlacedRule[] {
  const { width, height } = sizeMm;
  return [
    { kind: 'rule', x: 0.5, y: 0.5, width: width - 1, height: frameMm },
    { kind: 'rule', x: 0.5, y: height - 0.5 - frameMm, width: width - 1, height: frameMm },
    { kind: 'rule', x: 0.5, y: 0.5, width: frameMm, height: height - 1 },
    { kind: 'rule', x: width - 0.5 - frameMm, y: 0.5, width: frameMm, height: height - 1 },
  ];
}
