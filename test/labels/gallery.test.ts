import { expect } from 'chai';
import { galleryLabels } from '../../scripts/gallery/labels.ts';
import { galleryPage, galleryPdf } from '../../scripts/gallery/pages.ts';
import { textOfPages, withoutSpace } from '../documents/pdf-reading.ts';
import { readBack } from './gallery-check.ts';
import { rasteriser } from './page-raster.ts';
import { secondDecoders } from './second-decoder.ts';

const labels = await galleryLabels();
const names = [...new Set(labels.map(({ template }) => template.name))];

/**
 * Of each template two labels, so that both languages, both lengths and both resolutions come together with one
 * another; `scripts/label-gallery --check` reads all of them.
 */
const tried = names.flatMap((name, index) => {
  const pairs =
    index % 2 === 0
      ? ([
          ['zh.longest', 203],
          ['en.shortest', 300],
        ] as const)
      : ([
          ['en.longest', 300],
          ['zh.shortest', 203],
        ] as const);
  return pairs.map(([which, dotsPerInch]) => ({ file: `${name}.${which}`, dotsPerInch }));
});

describe(`every label template, drawn by ${rasteriser}, read by zxing-wasm and ${secondDecoders[0]?.name}`, () => {
  it('is in the gallery in both languages with the least and the most it holds', () => {
    expect(names).to.have.lengthOf(12);
    expect(labels).to.have.lengthOf(names.length * 4);
  });

  for (const { file, dotsPerInch } of tried) {
    it(`says what it should: ${file} at ${dotsPerInch} dpi`, async () => {
      const label = labels.find((candidate) => candidate.file === file);
      if (label === undefined) throw new Error(`no ${file}`);
      const readings = await readBack(label, dotsPerInch);
      expect(readings).to.have.lengthOf(2);
      for (const { reader, read, wanted } of readings) {
        expect(wanted).not.to.have.lengthOf(0);
        expect(read, reader).to.deep.equal(wanted);
      }
    });
  }

  it('stands on the gallery page, and in its PDF', async () => {
    const page = galleryPage(labels);
    for (const { file } of labels) {
      expect(page).to.contain(`href="${file}.pdf"`).and.to.contain(`src="pictures/${file}.png"`);
    }
    const text = withoutSpace((await textOfPages(await galleryPdf(labels))).join(''));
    for (const { template } of labels) expect(text).to.contain(withoutSpace(template.description.zh));
  });
});
