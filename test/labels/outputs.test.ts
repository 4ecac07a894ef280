import { expect } from 'chai';
import { galleryContents } from '../../scripts/gallery/contents.ts';
import { Outlines } from '../../src/documents/outlines.ts';
import type { LabelContent } from '../../src/labels/content.ts';
import { layoutLabel } from '../../src/labels/layout.ts';
import { dotsOfHead, drawZpl, pictureOf } from '../../src/labels/outputs.ts';
import { toPng } from '../../src/labels/png.ts';
import type { LabelLayout, PlacedText, Primitive } from '../../src/labels/primitive.ts';
import { renderLabels } from '../../src/labels/render.ts';
import { toSvg } from '../../src/labels/svg.ts';
import { gs1Bars, gs1DataMatrix, plainDataMatrix, qrCode } from '../../src/labels/symbol.ts';
import { type LabelTemplate, loadTemplate } from '../../src/labels/template.ts';
import { toZpl } from '../../src/labels/zpl.ts';
import { type Raster, rasterise } from '../documents/pdf-reading.ts';
import { longest, usual } from './label-contents.ts';
import { scan } from './label-reading.ts';
import { printZpl, rasterOfPng, rasterOfSvg, scanPicture, sizeOfPng } from './picture-reading.ts';

const templates = new Map<string, LabelTemplate>();
for (const name of Object.keys(galleryContents)) templates.set(name, await loadTemplate(name));
const unit = await loadTemplate('unit-60x40');

function templateOf(name: string): LabelTemplate {
  const template = templates.get(name);
  if (template === undefined) throw new Error(name);
  return template;
}

function layoutOf(template: LabelTemplate, content: LabelContent, dotsPerInch: number): LabelLayout {
  const outlines = new Outlines();
  const { languages } = template;
  return layoutLabel(template, content, (text, style) => outlines.measure(text, style), {
    dotsPerInch,
    languages,
  });
}

function carried({ primitives }: LabelLayout): string[] {
  const symbols = primitives.filter(({ kind }) => kind === 'matrix' || kind === 'bars');
  return symbols.map((symbol) => ('text' in symbol ? symbol.text : '')).sort();
}

async function zplOf(template: LabelTemplate, content: LabelContent, dotsPerInch: number): Promise<string> {
  let zpl = '';
  for await (const piece of drawZpl(template, [content], { dotsPerInch })) zpl += piece.toString('latin1');
  return zpl;
}

const scanned = async (raster: Raster): Promise<string[]> =>
  (await scan(raster)).map(({ text }) => text).sort();

/** Share of black in a rectangle of dots. */
function ink(raster: Raster, left: number, top: number, right: number, bottom: number): number {
  let dark = 0;
  for (let y = top; y < bottom; y += 1) {
    for (let x = left; x < right; x += 1) dark += 255 - (raster.grey[y * raster.width + x] ?? 255);
  }
  return dark / 255 / ((right - left) * (bottom - top));
}

const label = (...primitives: Primitive[]): LabelLayout => ({
  sizeMm: { width: 60, height: 40 },
  primitives,
});

const line = (text: string): PlacedText => ({
  ...{ kind: 'text', text, x: 2, baseline: 10, size: 10, weight: 'regular', widthMm: 50 },
});

/**
 * Renderers differ in how dark they make the edges of letters: at a printer's dots pdfium is 4 to 7 % too dark for what
 * the letters cover, at a quarter of them 1 to 2 %.
 */
const fine = 4;

describe('labels as ZPL, SVG and PNG', function () {
  // The ZPL renderer is 8 MB of WebAssembly: where many share the processors the first label waits 13 s for it.
  this.timeout(60_000);

  for (const [name, { shortest, longest: most }] of Object.entries(galleryContents)) {
    it(`scan byte for byte: ${name}`, async () => {
      const template = templateOf(name);
      const { sizeMm, sheet } = template;
      // Decoders take long over large pictures; a sheet's labels are those of a roll.
      const large = sizeMm.width * sizeMm.height > 7_000;
      const printed = [
        ...(large ? [] : [[shortest, 203, 8] as const, [most, 203, 8] as const]),
        [most, 300, 12] as const,
      ];
      for (const [content, sold, dotsPerMm] of printed) {
        const expected = carried(layoutOf(template, content, dotsOfHead(sold)));
        const zpl = await zplOf(template, content, sold);
        expect(await scanned(await printZpl(zpl, sizeMm, dotsPerMm)), `zpl ${sold}`).to.deep.equal(expected);
      }
      if (sheet !== undefined) return;
      const expected = carried(layoutOf(template, most, 203.2));
      const png = pictureOf('png', template, most, { dotsPerInch: 203 });
      expect((await scanPicture(png)).map(({ text }) => text).sort(), 'png').to.deep.equal(expected);
      if (large) return;
      const svg = pictureOf('svg', template, most, { dotsPerInch: 203 }).toString('utf8');
      // A quarter as large again: no whole number of pixels a module.
      const width = Math.round(sizeMm.width * 10);
      expect(await scanned(rasterOfSvg(svg, width)), 'svg').to.deep.equal(expected);
    });
  }

  it('are the same to the last byte for the same label', async () => {
    for (const format of ['svg', 'png'] as const) {
      const picture = (): Buffer => pictureOf(format, unit, usual, { dotsPerInch: 300 });
      expect(picture().equals(picture()), format).to.equal(true);
    }
    expect(await zplOf(unit, usual, 203)).to.equal(await zplOf(unit, usual, 203));
  });

  it('show in print what the PDF shows: each line as dark, and where it is', async () => {
    const pdf = await renderLabels(unit, [longest], { now: new Date(0) });
    const [paper] = await rasterise(pdf, 203.2 * fine);
    const thermal = await printZpl(await zplOf(unit, longest, 203), unit.sizeMm, 8);
    const screen = rasterOfPng(pictureOf('png', unit, longest, { dotsPerInch: 203 }));
    if (paper === undefined) throw new Error('no page');
    const layout = layoutOf(unit, longest, 203.2);
    const lines = layout.primitives.filter(({ kind }) => kind === 'text') as PlacedText[];
    expect(lines.length).to.be.greaterThan(8);
    for (const { text, x, baseline, size, widthMm } of lines) {
      const [left, right] = [Math.floor(x * 8), Math.ceil((x + widthMm) * 8)];
      const [top, bottom] = [
        Math.round((baseline - size * 0.31) * 8),
        Math.round((baseline + size * 0.05) * 8),
      ];
      const onPaper = ink(paper, left * fine, top * fine, right * fine, bottom * fine);
      expect(onPaper, text).to.be.greaterThan(0.08);
      expect(ink(screen, left, top, right, bottom) / onPaper, `screen: ${text}`).to.be.within(0.95, 1.05);
      // A dot is printed whole or not at all, and rather than not where a stroke covers less than half of it.
      expect(ink(thermal, left, top, right, bottom) / onPaper, `printer: ${text}`).to.be.within(0.95, 1.3);
    }
    // A label printer knows black and white alone.
    expect(new Set(thermal.grey)).to.deep.equal(new Set([0, 255]));
  });
});

describe('a label as ZPL', () => {
  const gs1 = '0106901234567892172812311126011510PPS3_2601A\u001d21000127';
  const matrix = (text: string): Primitive => ({
    ...{
      kind: 'matrix',
      symbology: 'gs1datamatrix',
      text,
      matrix: gs1DataMatrix(text),
      x: 5,
      y: 5,
      moduleMm: 0.375,
    },
  });

  it('has the printer encode what it must encode alike, escapes and all', async () => {
    const zpl = toZpl(label(matrix(gs1)), 203.2);
    expect(zpl).to.contain('^FO40,40^BXN,3,200,,,,_^FD_101069012345678921728123111260115');
    expect(zpl).to.contain('10PPS3__2601A_121000127^FS');
    const link = 'https://u.cn/01/06901234567892';
    const qr = {
      kind: 'matrix',
      symbology: 'qr',
      text: link,
      errorCorrection: 'M',
      matrix: qrCode(link, 'M'),
    } as const;
    const printed = toZpl(label({ ...qr, x: 5, y: 5, moduleMm: 0.375 }), 203.2);
    expect(await scanned(await printZpl(printed, { width: 60, height: 40 }, 8))).to.deep.equal([link]);
  });

  it('puts symbols dot for dot where they were laid out, the QR code too, which printers shift', async () => {
    const place = { x: 5, y: 5, moduleMm: 0.375 };
    const text = 'https://u.cn/ABC';
    const code = '0116901234567899';
    const symbols: readonly Primitive[] = [
      matrix(gs1),
      {
        kind: 'matrix',
        symbology: 'datamatrix',
        text: 'plain 123',
        matrix: plainDataMatrix('plain 123'),
        ...place,
      },
      { kind: 'matrix', symbology: 'qr', text, errorCorrection: 'L', matrix: qrCode(text, 'L'), ...place },
      {
        kind: 'bars',
        symbology: 'gs1-128',
        text: code,
        widths: gs1Bars(code),
        x: 5,
        y: 5,
        moduleMm: 0.125,
        heightMm: 10,
      },
    ];
    for (const symbol of symbols) {
      const zpl = toZpl(label(symbol), 203.2);
      expect(zpl).to.match(/\^B[XQC]N/);
      const raster = await printZpl(zpl, { width: 60, height: 40 }, 8);
      const column = Array.from({ length: raster.height }, (_, y) => ink(raster, 0, y, raster.width, y + 1));
      const row = Array.from({ length: raster.width }, (_, x) => ink(raster, x, 0, x + 1, raster.height));
      const name = symbol.kind === 'matrix' ? symbol.symbology : symbol.kind;
      expect([row.findIndex(Boolean), column.findIndex(Boolean)], name).to.deep.equal([40, 40]);
      const [wide, high] =
        symbol.kind === 'matrix'
          ? [symbol.matrix.size * 3, symbol.matrix.size * 3]
          : [gs1Bars(code).reduce((sum, width) => sum + width, 0), 80];
      expect([row.findLastIndex(Boolean), column.findLastIndex(Boolean)], name).to.deep.equal([
        39 + wide,
        39 + high,
      ]);
    }
  });

  it('sends a symbol dot by dot where the printer might come to a larger one', async () => {
    const text = 'https://trace.example.org/01/06901234567892/10/PPS3-2601A/21/00000000000127';
    const qr = {
      kind: 'matrix',
      symbology: 'qr',
      text,
      errorCorrection: 'M',
      matrix: qrCode(text, 'M'),
    } as const;
    const zpl = toZpl(label({ ...qr, x: 5, y: 5, moduleMm: 0.375 }), 203.2);
    expect(zpl).to.not.contain('^BQ');
    const raster = await printZpl(zpl, { width: 60, height: 40 }, 8);
    expect(await scanned(raster)).to.deep.equal([text]);
    const side = qr.matrix.size * 3;
    expect(ink(raster, 40 + side, 0, 480, 320) + ink(raster, 0, 40 + side, 480, 320)).to.equal(0);
  });

  it('prints every GS1-128 that can be laid out', async () => {
    for (const text of [
      '0116901234567899',
      '101',
      '10AB_c>d\u001d2112345678',
      '0106901234567892',
      '10A12345678B\u001d211',
    ]) {
      const widths = gs1Bars(text);
      const bars = {
        kind: 'bars',
        symbology: 'gs1-128',
        text,
        widths,
        x: 2,
        y: 5,
        moduleMm: 0.125,
        heightMm: 10,
      } as const;
      const raster = await printZpl(toZpl(label(bars), 203.2), { width: 60, height: 40 }, 8);
      expect(await scanned(raster)).to.deep.equal([text]);
    }
  });

  it('is ASCII, and no text of a label can begin a command', async () => {
    for (const text of ['^XZ~JA^FS', '~HS', '_^_', '^FO0,0^GB480,320,320^FS', '名称 "a" <b> & \\']) {
      const zpl = toZpl(label(line(text)), 203.2);
      expect(zpl).to.match(/^[\n -~]+$/);
      expect([...zpl.matchAll(/\^(..)/g)].map(([, command]) => command)).to.deep.equal([
        'XA',
        'PW',
        'LL',
        'LH',
        'LT',
        'LS',
        'FW',
        'LR',
        'PO',
        'PM',
        'MU',
        'FO',
        'GF',
        'FS',
        'PQ',
        'XZ',
      ]);
      expect(zpl).to.not.contain('~');
    }
    const wrong = 'a^XZ~JA';
    const symbol = {
      kind: 'matrix',
      symbology: 'qr',
      text: wrong,
      errorCorrection: 'M',
      matrix: qrCode(wrong, 'M'),
    } as const;
    expect(toZpl(label({ ...symbol, x: 5, y: 5, moduleMm: 0.375 }), 203.2)).to.not.contain('JA');
  });
});

describe('a label as a picture', () => {
  it('cannot bring anything of its text into the page that shows it', () => {
    const hostile = '"><script>alert(1)</script><svg onload="x">&amp;\u0000\u001d]]>';
    const shape = {
      kind: 'shape',
      name: hostile,
      path: 'M0 0L1 0L1 1Z"/><script>',
      x: 1,
      y: 1,
      scale: 1,
    } as const;
    const svg = toSvg(label(line('x'), { ...line('x'), text: hostile }, { ...shape, width: 1, height: 1 }));
    expect(svg).to.not.match(/<script|<svg on|onload="/);
    expect(svg).to.not.match(/[^\n\u0020-\uffff]/);
    expect([...svg.matchAll(/<(\/?\w+)/g)].map(([, name]) => name)).to.deep.equal([
      'svg',
      'rect',
      'path',
      'path',
      'path',
      '/svg',
    ]);
    expect(svg).to.contain('&quot;&gt;&lt;script&gt;');
    expect(svg).to.not.match(/href|style|url\(|id=/);
  });

  it('says its texts to a reading machine', () => {
    expect(pictureOf('svg', unit, usual, { dotsPerInch: 203 }).toString('utf8')).to.match(
      /role="img" aria-label="一次性使用管型吻合器 Circular stapler, single use [^"]*\(21\)000127[^"]*"/,
    );
  });

  it('is as many pixels as asked for, and says how large it is in print', () => {
    for (const [sold, width, height, perMetre] of [
      [203, 480, 320, 8_000],
      [300, 709, 472, 11_811],
      [406, 960, 640, 16_000],
    ] as const) {
      const png = pictureOf('png', unit, usual, { dotsPerInch: sold });
      expect(sizeOfPng(png)).to.deep.equal({ width, height });
      const chunk = png.indexOf('pHYs');
      expect(chunk).to.equal(37);
      expect([png.readUInt32BE(chunk + 4), png.readUInt32BE(chunk + 8), png[chunk + 12]]).to.deep.equal([
        perMetre,
        perMetre,
        1,
      ]);
    }
  });

  it('has modules of whole pixels, black and white', () => {
    for (const sold of [203, 300, 406]) {
      const dots = dotsOfHead(sold);
      const { grey, width } = rasterOfPng(pictureOf('png', unit, usual, { dotsPerInch: sold }));
      const layout = layoutOf(unit, usual, dots === 406.4 ? 203.2 : dots);
      for (const symbol of layout.primitives) {
        if (symbol.kind !== 'matrix') continue;
        const [left, top, module] = [symbol.x, symbol.y, symbol.moduleMm].map((mm) =>
          Math.round((mm * dots) / 25.4),
        ) as [number, number, number];
        const side = symbol.matrix.size * module;
        for (let at = 0; at < side * side; at += 1) {
          const [x, y] = [at % side, Math.floor(at / side)];
          const dark =
            symbol.matrix.modules[Math.floor(y / module) * symbol.matrix.size + Math.floor(x / module)] === 1;
          const seen = grey[(top + y) * width + left + x];
          if (seen !== (dark ? 0 : 255))
            throw new Error(`${sold} dpi, ${symbol.symbology}: ${x},${y} is ${seen}`);
        }
      }
    }
  });

  it('is refused where its modules would be no whole pixels, or where it would be too large', () => {
    const layout = layoutOf(unit, usual, 203.2);
    expect(() => toPng(layout, 300)).to.throw(RangeError, /whole pixels/);
    expect(() => toPng({ sizeMm: { width: 210, height: 297 }, primitives: [] }, 1_200)).to.throw(
      RangeError,
      /pixels/,
    );
  });

  it('has the widths that a PDF has, to the last line', async () => {
    const { Pdf } = await import('../../src/documents/pdf.ts');
    const pdf = new Pdf({
      title: 'x',
      language: 'en',
      now: new Date(0),
      pageSize: [100, 100],
      archival: false,
    });
    const outlines = new Outlines();
    for (const text of [
      '',
      ' ',
      'AVATAR To. “x”',
      '苏州澄明（29 mm）',
      ' a  b ',
      '型号 Model: PPS-3.0',
      '(10)A/%Z (21)1',
    ]) {
      for (const weight of ['regular', 'bold'] as const) {
        const style = { size: 7, weight };
        expect(outlines.measure(text, style), text).to.be.closeTo(pdf.measure(text, style), 1e-9);
      }
    }
  });
});
