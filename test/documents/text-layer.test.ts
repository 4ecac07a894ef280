import { expect } from 'chai';
import fc from 'fast-check';
import { createDocument } from '../../src/documents/document.ts';
import { fontView } from '../../src/documents/fonts.ts';
import { printable } from '../../src/documents/printable.ts';
import { textOfPages, withoutSpace } from './pdf-reading.ts';
import { sampleNow } from './sample-notice.ts';

async function copiedFrom(text: string): Promise<string> {
  const paper = createDocument({ title: 'T', number: '1', issuer: 'I', now: sampleNow });
  paper.paragraph(`\u3010${text}\u3011`);
  const pages = (await textOfPages(await paper.finish())).map(withoutSpace).join('');
  return pages.slice(pages.indexOf('\u3010') + 1, pages.indexOf('\u3011'));
}

describe('the text layer', () => {
  it('has a font view of its own in each document, which no other document can teach a wrong spelling', () => {
    const first = fontView('regular');
    expect(first.layout('\u2011').glyphs[0]?.codePoints).to.deep.equal([0x2011]);
    expect(fontView('regular').layout('-').glyphs[0]?.codePoints).to.deep.equal([0x2d]);
  });

  it('copies out of many documents what was put in, shared glyphs among it', async () => {
    const texts = [
      'A\u00adB',
      'A-B',
      'A\u2011B',
      '\u2ec5',
      '见',
      '\u3b35',
      '胶',
      '买\u2022提',
      '买·提',
      '\u2212-\u2013—',
    ];
    for (const text of [...texts, ...texts.toReversed()]) {
      expect(await copiedFrom(text)).to.equal(withoutSpace(printable(text)));
    }
  });

  it('copies out any text', async () => {
    const unit = fc.oneof(
      fc.integer({ min: 0x21, max: 0x7e }),
      fc.integer({ min: 0x4e00, max: 0x9fff }),
      fc.integer({ min: 0x2e80, max: 0x2fdf }),
      fc.integer({ min: 0x20000, max: 0x2a6df }),
    );
    const text = fc.array(unit, { minLength: 1, maxLength: 60 }).map((all) => String.fromCodePoint(...all));
    await fc.assert(
      fc.asyncProperty(text, async (given) => {
        expect(await copiedFrom(given)).to.equal(withoutSpace(printable(given)));
      }),
      { numRuns: 60 },
    );
  });
});
