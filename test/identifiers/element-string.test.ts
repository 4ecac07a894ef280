import { expect } from 'chai';
import fc from 'fast-check';
import { elementString, separator } from '../../src/identifiers/element-string.ts';
import { parseUdi } from '../../src/identifiers/udi.ts';
import { bwippAccepts } from './bwipp-oracle.ts';
import { gtinElements } from './gs1-arbitraries.ts';

const gtin = '06901234567892';

/** What the parser says: the elements, or the fault's code and position. */
const read = (text: string): unknown => {
  const parsed = parseUdi(text);
  return parsed.ok
    ? parsed.udi.elements.map(({ ai, value }) => `${ai}=${value}`).join(' ')
    : `${parsed.fault.code}@${parsed.fault.position}`;
};

describe('element strings', () => {
  const whole = `01${gtin}1726123110AB12${separator}21S-1`;
  const elements = `01=${gtin} 17=261231 10=AB12 21=S-1`;

  it('are read behind each symbology identifier that carries them, and without one', () => {
    for (const before of ['', ']C1', ']d2', ']Q3', ']e0', ']J1', separator, ']d1', ']C0']) {
      expect(read(before + whole), before).to.equal(elements);
    }
    expect(read(`^${whole.replaceAll(separator, '^')}`)).to.equal(elements);
  });

  it('may have one separator after a value of predefined length and at the end, but not two', () => {
    expect(read(`]d201${gtin}${separator}17261231${separator}10AB12${separator}`)).to.equal(
      `01=${gtin} 17=261231 10=AB12`,
    );
    expect(read(`]d201${gtin}10A${separator}${separator}21S`)).to.equal('udi/character@23');
    expect(read(`]d2${separator}01${gtin}`)).to.equal('udi/character@3');
  });

  it('may end with what a scanner adds, carriage return, line feed or tab', () => {
    expect(read(`${whole}\r\n`)).to.equal(elements);
    expect(read(`${whole}\t`)).to.equal(elements);
    expect(read(`${whole} `)).to.equal('udi/character@36');
  });

  it('are refused with the position of what is wrong', () => {
    const cases: readonly (readonly [string, string])[] = [
      [']d2', 'udi/empty@3'],
      [`]d201${gtin}8999`, 'udi/unknown-ai@19'],
      [`]d201${gtin.slice(0, 13)}3`, 'udi/check-digit@5'],
      [`]d201${gtin.slice(0, 13)}`, 'udi/length@18'],
      [`]d201${gtin}17261331`, 'udi/date@21'],
      [`]d201${gtin}17260229`, 'udi/date@21'],
      [`]d201${gtin}1726${separator}12`, 'udi/length@23'],
      [`]d201${gtin}10A B`, 'udi/character@22'],
      [`]d201${gtin}10${'A'.repeat(21)}`, 'udi/length@41'],
      [`]d201${gtin}10`, 'udi/length@21'],
      [`]d201${gtin}10A${separator}10B`, 'udi/repeated-ai@23'],
      [`]d210A`, 'udi/missing-ai@3'],
      [`]d201${gtin}3712`, 'udi/conflicting-ai@3'],
      [`]d202${gtin}3712`, 'udi/missing-ai@19'],
      [`]d201${gtin}422999`, 'udi/value@22'],
      [`]d2(01)${gtin}`, 'udi/unknown-ai@3'],
      // A signature signs one thing: the serial part of the key is needed then.
      [`]d28030SIG${separator}2539521321000018`, 'udi/missing-ai@11'],
    ];
    for (const [text, fault] of cases) {
      expect(read(text), JSON.stringify(text)).to.equal(fault);
    }
  });

  it('may repeat an AI with the same value, as two symbols on one label do', () => {
    expect(read(`]d201${gtin}10A${separator}01${gtin}`)).to.equal(`01=${gtin} 10=A 01=${gtin}`);
  });

  it('may have their AIs in any order, as long as the set is right', () => {
    expect(read(`]d221S${separator}10L${separator}01${gtin}`)).to.equal(`21=S 10=L 01=${gtin}`);
  });

  it('say that a separator was lost, only where the text cannot be right without one', () => {
    expect(read(`01${gtin}10ABC1234567821SERIAL0001`)).to.equal('udi/separator-missing@16');
    expect(read(`10ABC01${gtin}`)).to.equal('udi/separator-missing@0');
    // Valid as it stands: what looks like a serial number may belong to the lot.
    expect(read(`01${gtin}10ABC21S1`)).to.equal(`01=${gtin} 10=ABC21S1`);
    expect(read(`01${gtin}30123456789`)).to.equal('udi/length@26');
    // A sign of the scanner's own in its place.
    expect(read(`01${gtin}10AB{GS}21S1`)).to.equal('udi/separator-missing@20');
    expect(read(`01${gtin}10AB|21S1`)).to.equal('udi/separator-missing@20');
    expect(read(`01${gtin}10AB|x`)).to.equal('udi/character@20');
    expect(read(`01${gtin}10AB批21S1`)).to.equal('udi/character@20');
  });

  it('need an EAN/UPC symbol to have its digits, and join a composite component to it', () => {
    expect(read(']E06901234567892')).to.equal(`01=${gtin}`);
    expect(read(']E496385074')).to.equal('01=00000096385074');
    expect(read(']E06901234567893')).to.equal('udi/check-digit@15');
    expect(read(']E069012345678920')).to.equal('udi/length@16');
    expect(read(`]E06901234567892|]e010L${separator}21S`)).to.equal(`01=${gtin} 10=L 21=S`);
    expect(read(']E06901234567892|]e010L M')).to.equal('udi/character@23');
  });

  it('are not read from symbols of other industries', () => {
    expect(read(`]C201${gtin}`)).to.equal('udi/unsupported@0');
  });

  it('agree with BWIPP about which elements may stand together', () => {
    fc.assert(
      fc.property(gtinElements, (drawn) => {
        fc.pre(!drawn.some(({ value }) => value.includes('(')));
        const text = `]d2${drawn.map(({ ai, value }) => ai + value).join(separator)}`;
        expect(parseUdi(text).ok, text).to.equal(bwippAccepts(drawn));
      }),
      { numRuns: 300 },
    );
  }).timeout(60_000);
});

describe('building element strings', () => {
  it('puts a separator where one is needed and nowhere else', () => {
    const text = (...ais: (readonly [string, string])[]) => {
      const built = elementString(ais.map(([ai, value]) => ({ ai, value })));
      return built.ok ? built.text : built.fault.code;
    };
    expect(text(['01', gtin], ['17', '261231'], ['10', 'A'], ['21', 'S'])).to.equal(
      `01${gtin}1726123110A${separator}21S`,
    );
    expect(text(['10', 'A'], ['01', gtin])).to.equal(`10A${separator}01${gtin}`);
    expect(text(['01', gtin], ['422', '156'], ['17', '261231'])).to.equal(
      `01${gtin}422156${separator}17261231`,
    );
    expect(text(['10', 'A'])).to.equal('udi/missing-ai');
    expect(text(['01', '1'])).to.equal('udi/length');
    expect(text(['1', '1'])).to.equal('udi/unknown-ai');
    expect(text()).to.equal('udi/empty');
  });

  it('is undone by reading', () => {
    fc.assert(
      fc.property(gtinElements, (drawn) => {
        const built = elementString(drawn);
        fc.pre(built.ok);
        const parsed = parseUdi(built.ok ? built.text : '');
        expect(parsed.ok && parsed.udi.elements).to.deep.equal(drawn);
      }),
      { numRuns: 500 },
    );
  });
});
