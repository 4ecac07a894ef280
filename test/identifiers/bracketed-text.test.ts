import { expect } from 'chai';
import fc from 'fast-check';
import { humanReadable } from '../../src/identifiers/bracketed-text.ts';
import { parseUdi } from '../../src/identifiers/udi.ts';
import { gtinElements } from './gs1-arbitraries.ts';

const gtin = '06901234567892';

const read = (text: string): string => {
  const parsed = parseUdi(text);
  return parsed.ok
    ? parsed.udi.elements.map(({ ai, value }) => `${ai}=${value}`).join(' ')
    : `${parsed.fault.code}@${parsed.fault.position}`;
};

describe('bracketed text', () => {
  it('is read as it stands beside a symbol', () => {
    expect(read(`(01)${gtin}(17)261231(10)AB)12(21)S1`)).to.equal(`01=${gtin} 17=261231 10=AB)12 21=S1`);
    expect(read(`(01)${gtin}(10)A\\(21)B`)).to.equal(`01=${gtin} 10=A(21)B`);
    expect(read(`(01)${gtin}(10)A\\(`)).to.equal(`01=${gtin} 10=A(`);
  });

  it('is refused with the position of what is wrong', () => {
    const cases: readonly (readonly [string, string])[] = [
      [`(01)${gtin}(10)`, 'udi/bracket@18'],
      [`(01)${gtin}(10`, 'udi/bracket@18'],
      [`(01)${gtin}(10)(21)A`, 'udi/length@22'],
      [`(01)${gtin}(1A)A`, 'udi/unknown-ai@19'],
      [`()${gtin}`, 'udi/unknown-ai@1'],
      [`(01)${gtin}(10)A\\(B C`, 'udi/character@26'],
      [`(01) ${gtin}`, 'udi/length@18'],
      [`(17)9(90)217`, 'udi/length@5'],
      [`\uff0801\uff09${gtin}`, 'udi/bracket@0'],
      [`(01)${gtin}x(10)A`, 'udi/length@18'],
    ];
    for (const [text, fault] of cases) {
      expect(read(text), text).to.equal(fault);
    }
  });

  it('is built so that reading it gives the same elements', () => {
    fc.assert(
      fc.property(gtinElements, (drawn) => {
        const built = humanReadable(drawn);
        fc.pre(built.ok);
        const parsed = parseUdi(built.ok ? built.text : '');
        expect(parsed.ok && parsed.udi.elements).to.deep.equal(drawn);
      }),
      { numRuns: 500 },
    );
  });
});
