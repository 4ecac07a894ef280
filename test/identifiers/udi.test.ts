import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import { separator } from '../../src/identifiers/element-string.ts';
import { parseUdi } from '../../src/identifiers/udi.ts';
import { gtinElements } from './gs1-arbitraries.ts';

/** Identifiers of real devices: FDA GUDID by openFDA (2016), a work of the US government, CC0 1.0. */
const gudid: { gs1: string[]; hibcc: string[] } = JSON.parse(
  readFileSync(new URL('gudid-identifiers.json', import.meta.url), 'utf8'),
);

const gtin = '06901234567892';

/** Any UTF-16 code units, lone surrogates and NUL among them. */
const anything = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 80 })
  .map((units) => String.fromCharCode(...units));

describe('parseUdi', () => {
  it('answers what the interface promises', () => {
    const parsed = parseUdi(`]d201${gtin}112611241728112410L-1${separator}21S/1`, { today: '2026-11-24' });
    expect(parsed).to.deep.equal({
      ok: true,
      udi: {
        issuingAgency: 'gs1',
        form: 'elementString',
        elements: [
          { ai: '01', value: gtin },
          { ai: '11', value: '261124' },
          { ai: '17', value: '281124' },
          { ai: '10', value: 'L-1' },
          { ai: '21', value: 'S/1' },
        ],
        identifiers: {
          deviceIdentifier: gtin,
          gtin,
          manufacturedOn: '2026-11-24',
          expiresOn: '2028-11-24',
          lot: 'L-1',
          serial: 'S/1',
        },
        udiIn: ['cn', 'us', 'eu'],
        digitalLink: `https://id.gs1.org/01/${gtin}/10/L-1/21/S%2F1?11=261124&17=281124`,
      },
    });
  });

  it('answers the same for each form of the same UDI', () => {
    const texts = [
      `01${gtin}1728110010L1`,
      `(01)${gtin}(17)281100(10)L1`,
      `https://example.com/01/${gtin}/10/L1?17=281100`,
    ];
    for (const text of texts) {
      const parsed = parseUdi(text);
      expect(parsed.ok && parsed.udi.identifiers, text).to.deep.equal({
        deviceIdentifier: gtin,
        gtin,
        expiresOn: '2028-11-30',
        lot: 'L1',
      });
      expect(parsed.ok && parsed.udi.digitalLink).to.equal(`https://id.gs1.org/01/${gtin}/10/L1?17=281100`);
    }
  });

  it('takes a GTIN as a person types it', () => {
    for (const [text, expected] of [
      [gtin, gtin],
      ['6901234567892', gtin],
      ['614141000036', '00614141000036'],
      ['96385074', '00000096385074'],
    ] as const) {
      const parsed = parseUdi(text);
      expect(parsed.ok && [parsed.udi.form, parsed.udi.identifiers.gtin]).to.deep.equal(['gtin', expected]);
    }
    const wrong = parseUdi('6901234567893');
    expect(!wrong.ok && wrong.fault.code).to.equal('udi/check-digit');
  });

  it('reads the century of a date by the day it is told', () => {
    const expiry = (today: string) => {
      const parsed = parseUdi(`01${gtin}17760101`, { today });
      return parsed.ok && parsed.udi.identifiers.expiresOn;
    };
    expect(expiry('2026-11-24')).to.equal('2076-01-01');
    expect(expiry('2024-11-24')).to.equal('1976-01-01');
    expect(expiry('not a day')).to.equal('2076-01-01');
  });

  it('takes the day from an expiry or production time where there is no date beside it', () => {
    const timed = parseUdi(`(01)${gtin}(7003)2811241530(8008)26112409`);
    expect(timed.ok && timed.udi.identifiers).to.include({
      expiresOn: '2028-11-24',
      manufacturedOn: '2026-11-24',
    });
    const both = parseUdi(`(01)${gtin}(17)281123(7003)2811241530`);
    expect(both.ok && both.udi.identifiers.expiresOn).to.equal('2028-11-23');
  });

  it('says that elements without a GTIN are no UDI', () => {
    const parsed = parseUdi('00376104250021234569');
    expect(parsed.ok && [parsed.udi.udiIn, parsed.udi.identifiers]).to.deep.equal([
      [],
      { sscc: '376104250021234569' },
    ]);
  });

  it('reads all 686 GS1 identifiers of the sample', () => {
    expect(gudid.gs1).to.have.length(686);
    for (const id of gudid.gs1) {
      for (const text of [
        id,
        `01${id}`,
        `(01)${id}`,
        `]d201${id}10A${separator}21B`,
        `https://id.gs1.org/01/${id}`,
      ]) {
        const parsed = parseUdi(text);
        expect(parsed.ok && parsed.udi.identifiers.gtin, text).to.equal(id);
      }
    }
  });

  it('reads all 98 HIBCC identifiers of the sample: without flag, with or without their check character', () => {
    // Spectranetics (M204) leaves the check character out; Gore (H373) leaves it in where it is a letter or digit.
    // One entry of HIBCC is a GTIN.
    const counts = { withCheck: 0, without: 0, gtin: 0 };
    for (const id of gudid.hibcc) {
      const parsed = parseUdi(id);
      const read = parsed.ok ? parsed.udi.identifiers.deviceIdentifier : parsed.fault.code;
      counts[parsed.ok && parsed.udi.form === 'gtin' ? 'gtin' : read === id ? 'without' : 'withCheck'] += 1;
      expect(id.startsWith(read ?? ''), `${id}: ${read}`).to.equal(true);
    }
    expect(counts.gtin).to.equal(1);
    expect(counts.withCheck + counts.without).to.equal(97);
    expect(counts.withCheck).to.be.greaterThan(60);
  });

  it('does not take other texts for a UDI', () => {
    for (const [text, code] of [
      ['', 'udi/empty'],
      [' \r\n', 'udi/empty'],
      ['__proto__', 'udi/unrecognised'],
      ['constructor', 'udi/unrecognised'],
      ['hello world', 'udi/unrecognised'],
      ['M204555511aa0', 'udi/unrecognised'],
      ['12', 'udi/length'],
      ['AHM.1234', 'udi/unsupported'],
      ['=/A9999XYZ100T0944', 'udi/unsupported'],
      ['x'.repeat(8193), 'udi/too-long'],
      ['(90)a'.repeat(65), 'udi/too-long'],
    ] as const) {
      const parsed = parseUdi(text);
      expect(!parsed.ok && parsed.fault.code, text.slice(0, 20)).to.equal(code);
    }
  });

  it('speaks to people in both languages, and names the field', () => {
    const parsed = parseUdi(`01${gtin}10ABC1234567821SERIAL0001`);
    expect(parsed.ok ? '' : parsed.fault.zh).to.match(/^批号\(10\).*分隔符.*重新扫描/);
    expect(parsed.ok ? '' : parsed.fault.en).to.match(/^The lot number \(10\).*separator.*scan again/);
    const unnamed = parseUdi(`01${gtin}422999`);
    expect(unnamed.ok ? '' : unnamed.fault.zh).to.include('字段（422）');
  });
});

describe('parseUdi and hostile input', () => {
  const starts = [
    '',
    ']d2',
    ']E0',
    '(',
    '(01)',
    'https://a/01/',
    'https://',
    '+',
    '*+',
    'MA.156.M0.',
    '01',
    '^',
    separator,
  ];

  it('never throws and always points into the text', () => {
    const text = fc.tuple(fc.constantFrom(...starts), anything).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (sent) => {
        const parsed = parseUdi(sent);
        return parsed.ok || (parsed.fault.position >= 0 && parsed.fault.position <= sent.length);
      }),
      { numRuns: 3000 },
    );
  });

  it('never throws for a right text with any one unit changed', () => {
    const place = fc.record({ at: fc.nat({ max: 120 }), unit: fc.integer({ min: 0, max: 0xffff }) });
    fc.assert(
      fc.property(gtinElements, place, ({ length }, { at, unit }) => {
        const right = `]d201${gtin}10LOT${length}${separator}21SERIAL`;
        const sent =
          right.slice(0, at % right.length) +
          String.fromCharCode(unit) +
          right.slice((at % right.length) + 1);
        const parsed = parseUdi(sent);
        return parsed.ok || parsed.fault.position <= sent.length;
      }),
      { numRuns: 1000 },
    );
  });

  it('refuses a megabyte at once, and reads the longest allowed text in a moment', () => {
    const before = performance.now();
    expect(parseUdi('('.repeat(1_000_000)).ok).to.equal(false);
    for (const unit of [
      '(',
      '\\(',
      '%',
      '%2',
      '/01',
      '&',
      '90a\u001d',
      '10A\u001d',
      '3103000000',
      'A/',
      '.L',
      '\ud800',
    ]) {
      for (const start of starts) {
        parseUdi((start + unit.repeat(8192)).slice(0, 8192));
      }
    }
    expect(performance.now() - before).to.be.lessThan(2000);
  });
});
