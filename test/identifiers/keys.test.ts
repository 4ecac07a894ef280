import { expect } from 'chai';
import fc from 'fast-check';
import { checkDigit, hasRightCheckDigit } from '../../src/identifiers/check-digit.ts';
import { parseGln } from '../../src/identifiers/gln.ts';
import { parseGtin } from '../../src/identifiers/gtin.ts';
import { parseLot } from '../../src/identifiers/lot.ts';
import { parseSerial } from '../../src/identifiers/serial.ts';
import { parseSscc, ssccOf } from '../../src/identifiers/sscc.ts';

describe('keys and their check digits', () => {
  it('computes the check digit of the worked example of General Specifications 7.9.1', () => {
    expect(checkDigit('629104150021')).to.equal(3);
    expect(checkDigit('37610425002123456')).to.equal(9);
  });

  it('notices every single wrong digit', () => {
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 7, maxLength: 17 });
    fc.assert(
      fc.property(digits, fc.nat(), fc.integer({ min: 1, max: 9 }), (body, place, by) => {
        const key = body + String(checkDigit(body));
        const at = place % key.length;
        const wrong = key.slice(0, at) + String((Number(key.charAt(at)) + by) % 10) + key.slice(at + 1);
        return hasRightCheckDigit(key) && !hasRightCheckDigit(wrong);
      }),
    );
  });

  it('brings GTIN-8, -12 and -13 to 14 digits', () => {
    expect(parseGtin('96385074')).to.equal('00000096385074');
    expect(parseGtin('614141000036')).to.equal('00614141000036');
    expect(parseGtin('6901234567892')).to.equal('06901234567892');
    expect(parseGtin('16901234567899')).to.equal('16901234567899');
  });

  it('refuses a GTIN with a wrong length, character or check digit', () => {
    for (const text of [
      '',
      '6901234567893',
      '690123456789',
      '06901234567892 ',
      '٠6901234567892',
      '0690123456789X',
    ]) {
      expect(parseGtin(text), text).to.equal(undefined);
    }
  });

  it('reads GLN and SSCC', () => {
    expect(parseGln('9521321000018')).to.equal('9521321000018');
    expect(parseGln('9521321000019')).to.equal(undefined);
    expect(parseGln('06901234567892')).to.equal(undefined);
    expect(parseSscc('376104250021234569')).to.equal('376104250021234569');
    expect(parseSscc('376104250021234568')).to.equal(undefined);
  });

  it('makes an SSCC of extension digit, company prefix and reference, as long as there is room', () => {
    // The worked example of 7.9.1 again: extension digit 3, prefix 7610425, reference 002123456.
    expect(ssccOf('37610425', 2_123_456)).to.equal('376104250021234569');
    expect(ssccOf('37610425', 999_999_999)).to.equal('376104259999999999');
    expect(ssccOf('37610425', 1_000_000_000)).to.equal(undefined);
    const heads = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 5, maxLength: 13 });
    fc.assert(
      fc.property(heads, fc.nat({ max: 9_999 }), (head, reference) => {
        const sscc = ssccOf(head, reference);
        return sscc !== undefined && parseSscc(sscc) === sscc && sscc.startsWith(head);
      }),
    );
  });

  it('reads lots and serial numbers of 1–20 characters of set 82', () => {
    for (const parse of [parseLot, parseSerial]) {
      expect(parse('A')).to.equal('A');
      expect(parse('!"%&\'()*+,-./_?<=>;:')).to.equal('!"%&\'()*+,-./_?<=>;:');
      expect(parse('123456789012345678901')).to.equal(undefined);
      for (const text of ['', 'A B', 'A#', 'A$', 'A^', 'Ä', '批', 'A\u001d']) {
        expect(parse(text), text).to.equal(undefined);
      }
    }
  });
});
