import { expect } from 'chai';
import fc from 'fast-check';
import { hasGlyph } from '../../src/documents/fonts.ts';
import { printable } from '../../src/documents/printable.ts';

describe('printable text', () => {
  const cases: readonly [string, string, string][] = [
    ['a rare Han character by its code point', '田\u{20bb7}野', '田[U+20BB7]野'],
    ['an emoji by its code point', 'OK \u{1f600}', 'OK [U+1F600]'],
    ['a right-to-left letter by its code point, in the order it is stored', 'א1', '[U+05D0]1'],
    ['a lone surrogate', '\ud842x', '[U+D842]x'],
    ['a control character', 'a\u0007b', 'a[U+0007]b'],
    ['a soft hyphen of a lot number as a hyphen', 'LOT\u00ad7', 'LOT-7'],
    ['a non-breaking hyphen as a hyphen', 'LOT\u20117', 'LOT-7'],
    ['a Han radical as the character it stands for', '\u2f8f\u2ec5', '行见'],
    ['a compatibility ideograph as the unified one', '\uf90a', '金'],
    ['letters with combining marks as one character', 'e\u0301', 'é'],
    ['nothing for a bidirectional override, which would turn the line', 'LOT\u202e321', 'LOT321'],
    [
      'nothing for zero width space, byte order mark, variation selector',
      'a\u200b\ufeffb葛\u{e0100}',
      'ab葛',
    ],
    ['a narrow apostrophe in an English word', 'patient\u2019s', "patient's"],
    ['the full-width apostrophe in Chinese', '‘好\u2019', '‘好\u2019'],
    ['tabs as spaces, any line end as a line feed', 'a\tb\r\nc\u2028d', 'a b\nc\nd'],
    ['an ideographic space as it is', '张\u3000三', '张\u3000三'],
  ];
  for (const [what, given, expected] of cases) {
    it(`writes ${what}`, () => expect(printable(given)).to.equal(expected));
  }

  it('has a glyph for every character it returns, whatever it was given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const missing = [...printable(text)].filter((c) => c !== '\n' && !hasGlyph(c.codePointAt(0) ?? 0));
        expect(missing).to.deep.equal([]);
      }),
    );
  });

  it('changes nothing the second time, of any character', () => {
    for (let codePoint = 0; codePoint < 0x30000; codePoint += 1) {
      const once = printable(String.fromCodePoint(codePoint));
      if (printable(once) !== once) expect(printable(once), codePoint.toString(16)).to.equal(once);
    }
  });

  it('changes nothing the second time, of any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(printable(printable(text))).to.equal(printable(text));
      }),
    );
  });
});
