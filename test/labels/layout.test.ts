import { expect } from 'chai';
import type { UnitContent } from '../../src/labels/content.ts';
import { layoutLabel } from '../../src/labels/layout.ts';
import type { LabelLayout, PlacedMatrix, PlacedText } from '../../src/labels/primitive.ts';
import { renderLabels } from '../../src/labels/render.ts';
import { loadTemplate } from '../../src/labels/template.ts';
import { rasterise } from '../documents/pdf-reading.ts';
import { longest, shortest, usual } from './label-contents.ts';

const unit = await loadTemplate('unit-60x40');

/** A monospaced ruler: half an em for ASCII, an em for the rest. */
const ruler = (text: string, { size }: { size: number }): number =>
  [...text].reduce((sum, character) => sum + (character < '\u0080' ? size / 2 : size), 0);

function layout(content: UnitContent, dotsPerInch = 203.2): LabelLayout {
  return layoutLabel(unit, content, ruler, { dotsPerInch, languages: ['zh', 'en'] });
}

const symbolsOf = ({ primitives }: LabelLayout): PlacedMatrix[] =>
  primitives.filter((primitive) => primitive.kind === 'matrix');
const linesOf = ({ primitives }: LabelLayout): PlacedText[] =>
  primitives.filter((primitive) => primitive.kind === 'text');

describe('label layout', () => {
  it('makes modules and their origin of whole printer dots, within the X-dimensions for healthcare', () => {
    for (const content of [shortest, usual, longest]) {
      for (const dotsPerInch of [203.2, 300]) {
        for (const { x, y, moduleMm } of symbolsOf(layout(content, dotsPerInch))) {
          expect(moduleMm).to.be.within(0.254, 0.495);
          for (const length of [x, y, moduleMm]) {
            const dots = (length * dotsPerInch) / 25.4;
            expect(Math.abs(dots - Math.round(dots)), `${length} mm at ${dotsPerInch}`).to.be.below(1e-6);
          }
        }
      }
    }
  });

  it('puts every module on its own whole dots of a 203-dpi head', async () => {
    for (const content of [shortest, usual, longest]) {
      const pdf = await renderLabels(unit, [content], { now: new Date(0) });
      const [raster] = await rasterise(pdf, 203.2);
      expect(raster).to.include({ width: 480, height: 320 });
      for (const { x, y, moduleMm, matrix } of symbolsOf(layout(content))) {
        const [left, top, dots] = [x, y, moduleMm].map((length) => Math.round(length * 8)) as [
          number,
          number,
          number,
        ];
        for (let at = 0; at < matrix.modules.length; at += 1) {
          const [column, row] = [at % matrix.size, Math.floor(at / matrix.size)];
          for (let dot = 0; dot < dots * dots; dot += 1) {
            const px = left + column * dots + (dot % dots);
            const py = top + row * dots + Math.floor(dot / dots);
            const grey = raster?.grey[py * 480 + px];
            expect(grey, `module ${column},${row}`).to.equal(matrix.modules[at] === 1 ? 0 : 255);
          }
        }
      }
    }
  });

  it('keeps text within the margins and out of the quiet zones: 1 module of Data Matrix, 4 of QR', () => {
    for (const content of [shortest, usual, longest]) {
      const label = layout(content);
      const column = symbolsOf(label).map(
        ({ symbology, x, moduleMm }) => x - (symbology === 'qr' ? 4 : 1) * moduleMm,
      );
      const points = 72 / 25.4;
      for (const { text, x, baseline, size } of linesOf(label)) {
        expect(x).to.be.at.least(1.5 - 1e-9);
        expect(x + ruler(text, { size }) / points).to.be.below(Math.min(...column));
        expect(baseline - size / points).to.be.above(0);
        expect(baseline).to.be.below(38.5);
      }
    }
  });

  it('sets text as large as the room allows, and no smaller than the template says', () => {
    const sizes = (content: UnitContent): number[] => linesOf(layout(content)).map(({ size }) => size);
    expect(Math.max(...sizes(shortest))).to.equal(9);
    expect(Math.min(...sizes(longest))).to.be.at.least(5);
    expect(Math.max(...sizes(longest))).to.be.below(9);
  });
});
