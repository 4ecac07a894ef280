import { expect } from 'chai';
import fc from 'fast-check';
import { breakLines } from '../../src/documents/line-breaking.ts';

/** Han characters two wide, everything else one: what a typewriter would do. */
const measure = (text: string): number =>
  [...text].reduce((sum, character) => sum + (character > '\u2e80' ? 2 : 1), 0);

describe('line breaking', () => {
  it('breaks English between words', () => {
    expect(breakLines('stop using it at once', 10, measure)).to.deep.equal(['stop using', 'it at once']);
  });

  it('breaks Chinese between characters, and never before a full stop', () => {
    expect(breakLines('请立即停止使用。', 14, measure)).to.deep.equal(['请立即停止使', '用。']);
  });

  it('keeps a lot number whole where it fits on a line', () => {
    expect(breakLines('批号 A/B%12 已召回', 10, measure)).to.deep.equal(['批号', 'A/B%12 已', '召回']);
  });

  it('breaks inside a word that no line can hold', () => {
    expect(breakLines('ABCDEFGHIJ', 4, measure)).to.deep.equal(['ABCD', 'EFGH', 'IJ']);
  });

  it('ends a line at a line feed, and keeps an empty line', () => {
    expect(breakLines('a\n\nb', 4, measure)).to.deep.equal(['a', '', 'b']);
  });

  it('loses no character and overruns no line', () => {
    const text = fc.string({ unit: fc.constantFrom(...'ab-/ \n请用。（') });
    fc.assert(
      fc.property(text, fc.integer({ min: 2, max: 9 }), (given, width) => {
        const lines = breakLines(given, width, measure);
        expect(lines.join('').replace(/\s/g, '')).to.equal(given.replace(/\s/g, ''));
        for (const line of lines) expect(measure(line)).to.be.at.most(width);
      }),
    );
  });
});
