import { expect } from 'chai';
import fc from 'fast-check';
import { digitalLink } from '../../src/identifiers/digital-link.ts';
import { parseUdi } from '../../src/identifiers/udi.ts';
import { encodeUriPart } from '../../src/identifiers/uri-escapes.ts';
import { bwippAcceptsLink } from './bwipp-oracle.ts';
import { type Element, gtinElements } from './gs1-arbitraries.ts';

const gtin = '06901234567892';

const read = (text: string, shortGtinsInLinks = false): string => {
  const parsed = parseUdi(text, { shortGtinsInLinks });
  return parsed.ok
    ? parsed.udi.elements.map(({ ai, value }) => `${ai}=${value}`).join(' ')
    : `${parsed.fault.code}@${parsed.fault.position}`;
};

describe('reading Digital Links', () => {
  it('takes any host, scheme, stem, fragment and parameters of others', () => {
    for (const [before, after] of [
      ['https://id.gs1.org', ''],
      ['http://example.com', '?'],
      ['HTTPS://example.com:8443', '#top'],
      ['https://[2001:db8::1]/some/stem', '?a=1&b&&17'],
      ['https://a/01/faux', '?lang=zh#?17=1'],
      ['https://a', '?=5'],
    ]) {
      expect(read(`${before}/01/${gtin}/10/L1/21/S1${after}`), `${before}${after}`).to.equal(
        `01=${gtin} 10=L1 21=S1`,
      );
    }
  });

  it('takes attributes from the query and undoes escapes', () => {
    expect(read(`https://a/01/${gtin}/10/A%2fB+C?17=261231&99=X%2FY`)).to.equal(
      `01=${gtin} 10=A/B+C 17=261231 99=X/Y`,
    );
    // A percent sign that begins no escape stands for itself, and so does %25.
    expect(read(`https://a/01/${gtin}/10/A%4`)).to.equal(`01=${gtin} 10=A%4`);
    expect(read(`https://a/01/${gtin}/10/A%25`)).to.equal(`01=${gtin} 10=A%`);
    expect(read(`https://a/8004/9521321ABC?01=${gtin}`)).to.equal(`8004=9521321ABC 01=${gtin}`);
  });

  it('wants the qualifiers in the order of the standard, and in the path', () => {
    expect(read(`https://a/01/${gtin}/22/V/10/L/21/S`)).to.equal(`01=${gtin} 22=V 10=L 21=S`);
    expect(read(`https://a/01/${gtin}/235/T?10=L`)).to.equal(`01=${gtin} 235=T 10=L`);
    for (const rest of [
      '/21/S/10/L',
      '/10/L/22/V',
      '/10/L/10/L',
      '/10/L/235/T',
      '/17/261231',
      '?10=L',
      '?21=S',
    ]) {
      expect(read(`https://a/01/${gtin}${rest}`), rest).to.match(/^udi\/digital-link@/);
    }
  });

  it('wants a GTIN of 14 digits in the path, unless told that old links are about', () => {
    expect(read('https://a/01/6901234567892')).to.equal('udi/length@26');
    expect(read('https://a/01/6901234567892', true)).to.equal(`01=${gtin}`);
    expect(read('https://a/01/96385074', true)).to.equal('01=00000096385074');
    expect(read('https://a/8004/9521321ABC?01=6901234567892')).to.equal(`8004=9521321ABC 01=${gtin}`);
  });

  it('refuses with the position of what is wrong', () => {
    const cases: readonly (readonly [string, string])[] = [
      ['https://', 'udi/digital-link@8'],
      ['https://a', 'udi/digital-link@8'],
      ['https:///01/06901234567892', 'udi/digital-link@8'],
      ['https://a_b/01/06901234567892', 'udi/digital-link@8'],
      ['HtTp://a/01/06901234567892', 'udi/digital-link@0'],
      ['https://a/', 'udi/digital-link@9'],
      [`https://a/01/${gtin}/`, 'udi/digital-link@9'],
      ['https://example.com/about', 'udi/digital-link@19'],
      ['https://id.gs1.org/ARHKVAdpQg', 'udi/unsupported@18'],
      [`https://a/gtin/${gtin}`, 'udi/digital-link@9'],
      [`https://a/01/${gtin}?89=1`, 'udi/unknown-ai@28'],
      [`https://a/01/${gtin}?17=`, 'udi/length@31'],
      [`https://a/01/${gtin}?17=261231&17=261231`, 'udi/repeated-ai@38'],
      [`https://a/01/${gtin}?01=${gtin}`, 'udi/repeated-ai@28'],
      [`https://a/01/${gtin}/10/A%20B`, 'udi/character@32'],
      [`https://a/01/${gtin}/10/%2fA%00B`, 'udi/character@35'],
      [`https://a/01/${gtin}?99=A+B`, 'udi/character@32'],
      [`https://a/01/${gtin} `, 'udi/character@27'],
      [`https://a/01/${gtin.slice(0, 13)}3`, 'udi/check-digit@13'],
      [`https://a/01/${gtin}?37=12`, 'udi/conflicting-ai@10'],
      ['https://a/415/9521321000018', 'udi/missing-ai@10'],
    ];
    for (const [text, fault] of cases) {
      expect(read(text), text).to.equal(fault);
    }
  });
});

describe('building Digital Links', () => {
  const link = (base: string, ...ais: (readonly [string, string])[]): string => {
    const built = digitalLink(
      base,
      ais.map(([ai, value]) => ({ ai, value })),
    );
    return built.ok ? built.text : built.fault.code;
  };

  it('puts key and qualifiers into the path, the rest into the query', () => {
    expect(link('https://id.gs1.org', ['17', '261231'], ['21', 'S/1'], ['10', 'L+?'], ['01', gtin])).to.equal(
      `https://id.gs1.org/01/${gtin}/10/L%2B%3F/21/S%2F1?17=261231`,
    );
    expect(link('http://h.example/udi/', ['01', gtin])).to.equal(`http://h.example/udi/01/${gtin}`);
  });

  it('refuses a base that is none, and elements that make no link', () => {
    for (const base of [
      '',
      'id.gs1.org',
      'ftp://a',
      'https://',
      'https://a?b',
      'https://a#b',
      'https://a b',
      'javascript:1',
    ]) {
      expect(link(base, ['01', gtin]), base).to.equal('udi/digital-link');
    }
    expect(link('https://a', ['90', 'X'])).to.equal('udi/digital-link');
    expect(link('https://a', ['01', gtin], ['8200', 'http://x'])).to.equal('udi/digital-link');
    expect(link('https://a', ['10', 'X'])).to.equal('udi/missing-ai');
  });

  it('is undone by reading, but for the order', () => {
    const byAi = (a: Element, b: Element) => (a.ai < b.ai ? -1 : 1);
    fc.assert(
      fc.property(gtinElements, (drawn) => {
        const built = digitalLink('https://example.com/a', drawn);
        fc.pre(built.ok);
        const parsed = parseUdi(built.ok ? built.text : '');
        const elements = parsed.ok ? [...parsed.udi.elements] : [];
        expect(elements.sort(byAi)).to.deep.equal([...drawn].sort(byAi));
      }),
      { numRuns: 500 },
    );
  });
});

describe('Digital Links and BWIPP', () => {
  const pairs: readonly (readonly [string, string])[] = [
    ['00', '006141411234567890'],
    ['414', '9521321000018'],
    ['415', '9521321000018'],
    ['8004', '9521321ABC'],
    ['8006', '065000000001090102'],
    ['8010', '9521ABC'],
    ['8017', '123456789012345675'],
    ['01', gtin],
    ['10', 'L'],
    ['12', '261231'],
    ['21', 'S'],
    ['22', 'V'],
    ['235', 'T'],
    ['254', 'X'],
    ['7040', '1ABC'],
    ['8011', '12'],
    ['8019', '3'],
    ['8020', 'R1'],
    ['99', 'I'],
    ['123', 'no AI'],
  ];
  const strange: fc.Arbitrary<Element> = fc.constantFrom(...pairs.map(([ai, value]) => ({ ai, value })));

  it('agree about which AIs may stand in the path and in the query', () => {
    const drawn = fc.record({
      elements: fc.oneof(
        gtinElements,
        fc.uniqueArray(strange, { selector: ({ ai }) => ai, minLength: 1, maxLength: 5 }),
      ),
      inPath: fc.integer({ min: 1, max: 4 }),
      stem: fc.constantFrom('https://a', 'http://b.example/x', 'HTTPS://a/10/x'),
    });
    fc.assert(
      fc.property(drawn, ({ elements, inPath, stem }) => {
        const path = elements.slice(0, inPath).map(({ ai, value }) => `/${ai}/${encodeUriPart(value)}`);
        const query = elements.slice(inPath).map(({ ai, value }) => `${ai}=${encodeUriPart(value)}`);
        const link = `${stem}${path.join('')}?${query.join('&')}`;
        expect(parseUdi(link).ok, link).to.equal(bwippAcceptsLink(link));
      }),
      { numRuns: 600 },
    );
  }).timeout(60_000);
});
