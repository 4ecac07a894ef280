import { expect } from 'chai';
import fc from 'fast-check';
import { mod43 } from '../../src/identifiers/mod43.ts';
import { parseUdi } from '../../src/identifiers/udi.ts';

/** The text with its check character. */
const checked = (text: string): string => text + mod43(text);

const identifiers = (text: string): unknown => {
  const parsed = parseUdi(text, { today: '2026-11-24' });
  return parsed.ok ? parsed.udi.identifiers : `${parsed.fault.code}@${parsed.fault.position}`;
};

const primary = { deviceIdentifier: 'A99912345', labeler: 'A999', productCode: '1234', unitOfMeasure: 5 };

describe('HIBC', () => {
  it('has the check characters of the worked examples of ANSI/HIBC 2.6', () => {
    expect(mod43('+A123BJC5D6E71')).to.equal('G');
    expect(mod43('+$$52001510X3G')).to.equal('D');
    expect(mod43('+A99912345/$$52001510X3')).to.equal('3');
  });

  it('reads primary data, as scanned and as printed', () => {
    const expected = {
      deviceIdentifier: 'A123BJC5D6E71',
      labeler: 'A123',
      productCode: 'BJC5D6E7',
      unitOfMeasure: 1,
    };
    expect(identifiers('+A123BJC5D6E71G')).to.deep.equal(expected);
    expect(identifiers('*+A123BJC5D6E71G*')).to.deep.equal(expected);
    expect(identifiers(']C0+A123BJC5D6E71G')).to.deep.equal(expected);
  });

  it('takes an underscore in printed text, and only there, for a check character that is a space', () => {
    // 41 + 17 (H373) ... : the DI of a real product whose check character is a space.
    const text = '+H37312BSGEC453';
    expect(mod43(text)).to.equal(' ');
    expect(identifiers(`${text} `)).to.have.property('deviceIdentifier', 'H37312BSGEC453');
    expect(identifiers(`*${text}_*`)).to.have.property('deviceIdentifier', 'H37312BSGEC453');
    expect(identifiers(`${text}_`)).to.equal(`udi/character@${text.length}`);
  });

  it('reads every format of the expiry date', () => {
    for (const [secondary, expected] of [
      ['0928LOT', { expiresOn: '2028-09-30', lot: 'LOT' }],
      ['0228', { expiresOn: '2028-02-29' }],
      ['2091528LOT', { expiresOn: '2028-09-15', lot: 'LOT' }],
      ['3280915LOT', { expiresOn: '2028-09-15', lot: 'LOT' }],
      ['428091522LOT', { expiresOn: '2028-09-15', expiryHour: 22, lot: 'LOT' }],
      ['528259LOT', { expiresOn: '2028-09-15', lot: 'LOT' }],
      ['62825922LOT', { expiresOn: '2028-09-15', expiryHour: 22, lot: 'LOT' }],
      ['7LOT', { lot: 'LOT' }],
      ['8240928LOT', { quantity: 24, expiresOn: '2028-09-30', lot: 'LOT' }],
      ['9001003280915LOT', { quantity: 100, expiresOn: '2028-09-15', lot: 'LOT' }],
      ['900100', { quantity: 100 }],
    ] as const) {
      const text = checked(`+A99912345/$$${secondary}`);
      expect(identifiers(text), secondary).to.deep.equal({ ...primary, ...expected });
      const serial = checked(`+A99912345/$$+${secondary}`);
      const { lot, ...dates } = { lot: undefined, ...expected };
      const numbered = lot === undefined ? dates : { ...dates, serial: lot };
      expect(identifiers(serial), `serial ${secondary}`).to.deep.equal({ ...primary, ...numbered });
    }
  });

  it('reads the older references and the data identifiers behind a slash', () => {
    expect(identifiers(checked('+A99912345/$LOT'))).to.deep.equal({ ...primary, lot: 'LOT' });
    expect(identifiers(checked('+A99912345/$+S1'))).to.deep.equal({ ...primary, serial: 'S1' });
    expect(identifiers(checked('+A99912345/28259LOT'))).to.deep.equal({
      ...primary,
      expiresOn: '2028-09-15',
      lot: 'LOT',
    });
    expect(identifiers(checked('+A99912345/$$52825910X3/16D20261112/S77DE1G45/Q500'))).to.deep.equal({
      ...primary,
      expiresOn: '2028-09-15',
      lot: '10X3',
      manufacturedOn: '2026-11-12',
      serial: '77DE1G45',
      quantity: 500,
    });
    expect(identifiers(checked('+A99912345/14D20280915'))).to.deep.equal({
      ...primary,
      expiresOn: '2028-09-15',
    });
  });

  it('reads secondary data alone as no UDI, with the link to its primary symbol', () => {
    const parsed = parseUdi('+$$52001510X3GD');
    expect(parsed.ok && parsed.udi.identifiers).to.deep.equal({
      linkCharacter: 'G',
      expiresOn: '2020-01-15',
      lot: '10X3',
    });
    expect(parsed.ok && parsed.udi.udiIn).to.deep.equal([]);
  });

  it('counts in the United States and the European Union, not in China', () => {
    const parsed = parseUdi('+A123BJC5D6E71G');
    expect(parsed.ok && parsed.udi.udiIn).to.deep.equal(['us', 'eu']);
  });

  it('is refused with the position of what is wrong', () => {
    const cases: readonly (readonly [string, string])[] = [
      ['+A123BJC5D6E71H', 'udi/check-character@14'],
      ['+A123bJC5D6E71G', 'udi/character@5'],
      ['+', 'udi/length@1'],
      [checked('+/EAB1234'), 'udi/unsupported@0'],
      [checked('+A1231'), 'udi/length@1'],
      [checked('+A123BJ-5D6E71'), 'udi/value@1'],
      [checked('+A99912345/$$1328LOT'), 'udi/date@13'],
      [checked('+A99912345/$$3280931LOT'), 'udi/date@13'],
      [checked('+A99912345/$$528366X'), 'no fault'],
      [checked('+A99912345/$$527366X'), 'udi/date@13'],
      [checked('+A99912345/$$428091524LOT'), 'udi/date@13'],
      [checked('+A99912345/$$LOT'), 'udi/date@13'],
      [checked(`+A99912345/$$7${'L'.repeat(19)}`), 'udi/length@14'],
      [checked('+A99912345/16D20260230'), 'udi/date@14'],
      [checked('+A99912345/Q1X'), 'udi/value@11'],
      [checked('+A99912345/S1/S2'), 'udi/repeated-ai@14'],
      [checked('+A99912345/'), 'udi/unknown-ai@11'],
    ];
    for (const [text, fault] of cases) {
      const outcome = identifiers(text);
      expect(typeof outcome === 'string' ? outcome : 'no fault', text).to.equal(fault);
    }
  });

  it('notices a single wrong character anywhere', () => {
    const text = checked('+A99912345/$$3280915LOT');
    const place = fc.integer({ min: 1, max: text.length - 1 });
    const other = fc.constantFrom(...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%');
    fc.assert(
      fc.property(place, other, (at, character) => {
        fc.pre(text.charAt(at) !== character);
        return !parseUdi(text.slice(0, at) + character + text.slice(at + 1)).ok;
      }),
    );
  });
});
