/** What holds for every template and every content: nothing is cut, nothing lies over anything else. */
import { expect } from 'chai';
import fc from 'fast-check';
import { galleryContents } from '../../scripts/gallery/contents.ts';
import { galleryLabels, layoutsOf } from '../../scripts/gallery/labels.ts';
import { Outlines } from '../../src/documents/outlines.ts';
import { printable } from '../../src/documents/printable.ts';
import { Failure } from '../../src/errors.ts';
import type { LabelContent } from '../../src/labels/content.ts';
import { layoutLabel } from '../../src/labels/layout.ts';
import { quietZoneOf } from '../../src/labels/placed-symbols.ts';
import type { LabelLayout, Primitive } from '../../src/labels/primitive.ts';
import { overlap, pointsPerMm, type Rectangle } from '../../src/labels/rectangle.ts';
import { pagesOf } from '../../src/labels/sheet.ts';
import { loadTemplate } from '../../src/labels/template.ts';

const outlines = new Outlines();
const ruler = (text: string, style: { size: number; weight: 'regular' | 'bold' }): number =>
  outlines.measure(text, style);
const labels = await galleryLabels();
const templates = new Map(labels.map(({ template }) => [template.name, template]));

const sheet = await loadTemplate('sheet-3x8');
const content = galleryContents['sheet-3x8']?.shortest;

/** What ink a primitive takes, about: of a text the height of its digits, which nothing may touch. */
function ink(primitive: Primitive): Rectangle {
  switch (primitive.kind) {
    case 'matrix':
    case 'bars':
      return quietZoneOf(primitive);
    case 'text': {
      const { x, baseline, size, widthMm } = primitive;
      const height = (size * 0.72) / pointsPerMm;
      return { x, y: baseline - height, width: widthMm, height };
    }
    case 'shape': {
      const { x, y, width, height, scale } = primitive;
      return { x, y, width: width * scale, height: height * scale };
    }
    case 'rule':
      return primitive;
    default:
      throw new Error(`unknown: ${JSON.stringify(primitive satisfies never)}`);
  }
}

function assertTidy({ sizeMm, primitives }: LabelLayout, marginMm: number): void {
  // A symbol may leave its panel by less than a dot, to stand on the dot grid.
  const slack = 0.13;
  const boxes = primitives.map((primitive) => ({ primitive, box: ink(primitive) }));
  for (const [index, { primitive, box }] of boxes.entries()) {
    expect(box.x, JSON.stringify(primitive)).to.be.at.least(marginMm - slack);
    expect(box.y, JSON.stringify(primitive)).to.be.at.least(marginMm - slack);
    expect(box.x + box.width, JSON.stringify(primitive)).to.be.at.most(sizeMm.width - marginMm + slack);
    expect(box.y + box.height, JSON.stringify(primitive)).to.be.at.most(sizeMm.height - marginMm + slack);
    for (const other of boxes.slice(index + 1)) {
      const met = overlap(box, other.box);
      expect(met, `${JSON.stringify(primitive)} over ${JSON.stringify(other.primitive)}`).to.equal(false);
    }
  }
}

/** All that a label says, without blanks: lines are broken anywhere. */
const said = ({ primitives }: LabelLayout): string =>
  primitives
    .flatMap((primitive) => (primitive.kind === 'text' ? [primitive.text] : []))
    .join('')
    .replaceAll(/\s/g, '');

/** The content with another name, whatever its kind calls it. */
function renamed(content: LabelContent, zh: string): LabelContent {
  const name = { zh, en: zh };
  switch (content.kind) {
    case 'logistic':
      return { ...content, to: { ...content.to, name } };
    case 'pack':
      return { ...content, itemName: name };
    default:
      return { ...content, productName: name };
  }
}

describe('a label of any template', () => {
  for (const label of labels) {
    it(`keeps to its margins and has nothing over anything: ${label.file}`, () => {
      for (const page of layoutsOf(label, ruler)) {
        assertTidy(page, label.template.sheet === undefined ? label.template.marginMm : 0);
      }
    });
  }

  const characters = fc.constantFrom(
    ...['一', '镜', '械', '（', '）', '，', 'A', 'g', 'W', '1', ' ', '-', '/', '%', '\u202e'],
  );
  const name = fc.string({ unit: characters, minLength: 1, maxLength: 120, size: 'max' });
  /** A rare name, an emoji, scripts that the typeface does not draw: now and then. */
  const undrawn = fc.constantFrom(...'\u{20bb7}\u{1f600}אب', ...Array.from({ length: 20 }, () => ''));

  it('prints a name whole, whatever it is, or refuses it by what does not fit', () => {
    let refused = 0;
    let printed = 0;
    fc.assert(
      fc.property(fc.constantFrom(...labels), name, undrawn, (label, beginning, end) => {
        const text = beginning + end;
        const [content] = label.contents;
        if (content === undefined) throw new Error('no content');
        const { template, options } = label;
        try {
          const layout = layoutLabel(template, renamed(content, text), ruler, {
            ...{ dotsPerInch: 203.2, languages: options.languages },
          });
          assertTidy(layout, template.marginMm);
          expect(said(layout)).to.contain(printable(text).replaceAll(/\s/g, ''));
          expect(end).to.equal('');
          printed += 1;
        } catch (error) {
          if (!(error instanceof Failure)) throw error;
          if (end !== '') {
            expect(error.code).to.equal('label/no-glyph');
            expect(error.info.characters).to.have.length(1);
            return;
          }
          expect(error.code).to.equal('label/does-not-fit');
          expect(error.info).to.have.property('template', template.name);
          expect(error.info.doesNotFit).to.be.an('array').that.is.not.empty;
          refused += 1;
        }
      }),
      { numRuns: 150 },
    );
    expect(printed, 'printed').to.be.above(10);
    expect(refused, 'refused').to.be.above(5);
  });

  it('holds 20 characters of lot and serial, or says that it does not', async () => {
    const lot = 'A/%/%/%/%/%/%/%/%/%Z';
    for (const [file, template] of templates) {
      const content = galleryContents[file]?.longest;
      if (content === undefined || !('gtin' in content)) continue;
      const languages = template.languages;
      try {
        const layout = layoutLabel(template, { ...content, lot, serial: lot }, ruler, {
          dotsPerInch: 203.2,
          languages,
        });
        expect(said(layout)).to.contain(`(10)${lot}`).and.to.contain(`(21)${lot}`);
        assertTidy(layout, template.marginMm);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        expect(['unit-30x20', 'sheet-5x13', 'sheet-3x8']).to.include(file);
        expect(error.code).to.equal('label/does-not-fit');
      }
    }
  });

  it('draws its own kind of content alone', () => {
    for (const template of templates.values()) {
      for (const { longest } of Object.values(galleryContents)) {
        if (longest.kind === template.draws) continue;
        const { languages } = template;
        expect(() => layoutLabel(template, longest, ruler, { dotsPerInch: 203.2, languages }))
          .to.throw(Failure)
          .with.property('code', 'label/wrong-content');
      }
    }
  });
});

describe('a sheet of labels', () => {
  const options = { dotsPerInch: 300, languages: sheet.languages };

  function sheetsOf(count: number, more: Partial<Parameters<typeof pagesOf>[2]>): LabelLayout[] {
    const pages = pagesOf(sheet, ruler, { ...options, ...more });
    if (content === undefined) throw new Error('no content for the sheet');
    const one = content;
    const full = Array.from({ length: count }, () => pages.add(one));
    return [...full, pages.rest()].filter((page) => page !== undefined);
  }
  const origins = ({ primitives }: LabelLayout): [number, number][] =>
    primitives.flatMap((primitive) =>
      primitive.kind === 'matrix' && primitive.symbology === 'qr' ? [[primitive.x, primitive.y]] : [],
    );

  it('begins at the place asked for, goes on row by row, and ends on as many sheets as it takes', () => {
    expect(sheetsOf(24, {}).map((page) => origins(page).length)).to.deep.equal([24]);
    expect(sheetsOf(24, { startPosition: 24 }).map((page) => origins(page).length)).to.deep.equal([1, 23]);
    const [[first], [fifth]] = [1, 5].map((startPosition) =>
      sheetsOf(1, { startPosition }).flatMap(origins),
    ) as [[[number, number]], [[number, number]]];
    const { pitchMm } = sheet.sheet ?? { pitchMm: { x: 0, y: 0 } };
    expect(fifth[0] - first[0]).to.be.closeTo(pitchMm.x, 25.4 / 300);
    expect(fifth[1] - first[1]).to.be.closeTo(pitchMm.y, 25.4 / 300);
  });

  it('stands on whole dots, wherever on the page, and where a printer draws it aside', () => {
    for (const page of sheetsOf(24, { shiftMm: { x: 0.7, y: -0.3 } })) {
      for (const length of origins(page).flat()) {
        const dots = (length * 300) / 25.4;
        expect(Math.abs(dots - Math.round(dots))).to.be.below(1e-6);
      }
    }
    const [straight, aside] = [{}, { shiftMm: { x: 0.7, y: -0.3 } }].map(
      (more) => sheetsOf(1, more).flatMap(origins)[0],
    );
    expect((aside?.[0] ?? 0) - (straight?.[0] ?? 0)).to.be.closeTo(0.7, 25.4 / 600);
    expect((aside?.[1] ?? 0) - (straight?.[1] ?? 0)).to.be.closeTo(-0.3, 25.4 / 600);
  });

  it('is shifted no further than its labels stay on the page; a roll is not shifted', () => {
    const { sheet: places, sizeMm, marginMm } = sheet;
    if (places === undefined) throw new Error('a sheet');
    const left = places.offsetMm.x + marginMm;
    const lower = places.pageMm.height - places.offsetMm.y - 7 * places.pitchMm.y - sizeMm.height + marginMm;
    for (const shiftMm of [
      { x: 0.01 - left, y: 0 },
      { x: 0, y: lower - 0.01 },
    ])
      sheetsOf(24, { shiftMm });
    for (const shiftMm of [
      { x: -0.01 - left, y: 0 },
      { x: 0, y: lower + 0.01 },
    ]) {
      expect(() => sheetsOf(1, { shiftMm }))
        .to.throw(Failure)
        .with.property('code', 'request/invalid');
    }
    const roll = templates.get('unit-60x40');
    if (roll === undefined) throw new Error('no roll');
    expect(() => pagesOf(roll, ruler, { ...options, shiftMm: { x: 1, y: 0 } }))
      .to.throw(Failure)
      .with.property('code', 'request/invalid');
  });

  it('has no place 0 and none past its last', () => {
    for (const startPosition of [0, 25, 1.5]) {
      expect(() => sheetsOf(1, { startPosition }))
        .to.throw(Failure)
        .with.property('code', 'request/invalid');
    }
  });
});
