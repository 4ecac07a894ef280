import { expect } from 'chai';
import fc from 'fast-check';
import { allAis, rulesOf } from '../../src/identifiers/ai-table.ts';
import { faultInValue } from '../../src/identifiers/ai-value.ts';
import { bwippAccepts } from './bwipp-oracle.ts';
import { type Element, nearlyRight } from './gs1-arbitraries.ts';

/**
 * Where BWIPP is known to differ: it wants two digits of a company prefix where the standard has four, lets an IBAN
 * be shorter than its country and check digits allow, and does not know the currency 924 yet.
 */
const knownToDiffer = ({ ai, value }: Element): boolean =>
  (/^(?:401|7023|8004|8010|8013|8014)$/.test(ai) && !/^\d{4}/.test(value)) ||
  (ai === '8007' && value.length <= 10) ||
  (/^39[13]/.test(ai) && value.startsWith('924'));

const unsaid = (value: string): boolean => value === '' || /[(^]/.test(value);

function agrees(element: Element): void {
  const rules = rulesOf(element.ai);
  if (rules === undefined || unsaid(element.value) || knownToDiffer(element)) {
    return;
  }
  const ours = faultInValue(rules, element.value) === undefined;
  expect(ours, `(${element.ai})${element.value}`).to.equal(bwippAccepts([element], false));
}

/** One of each format that random text never hits. */
const formats: readonly Element[] = [
  { ai: '253', value: '9521321000018ABC' },
  { ai: '4309', value: '02790858483015297971' },
  { ai: '4324', value: '2608002359' },
  { ai: '423', value: '156276840' },
  { ai: '7003', value: '2612312359' },
  { ai: '7040', value: '1AB_' },
  { ai: '7041', value: 'BME' },
  { ai: '7241', value: '84' },
  { ai: '7251', value: '196802292359' },
  { ai: '7258', value: '1/3' },
  { ai: '8001', value: '00010000100100' },
  { ai: '8003', value: '09521321000018XYZ' },
  { ai: '8006', value: '095213210000180304' },
  { ai: '8007', value: 'DE91100000000123456789' },
  { ai: '8008', value: '260131235959' },
  { ai: '8013', value: '1987654Ad4X4bL5ttr2310c2K' },
  { ai: '8030', value: 'ABCDE=' },
  { ai: '8030', value: 'ABCD==' },
  { ai: '8030', value: 'ABC-_' },
  { ai: '8110', value: '106141416543213500110000310123196000' },
  { ai: '8110', value: '1061414165432131501101201211014092110256100126663101231' },
  { ai: '8112', value: '001234561234560123456' },
];

const mutated = fc.constantFrom(...formats).chain(({ ai, value }) =>
  fc
    .record({
      at: fc.nat({ max: value.length - 1 }),
      kind: fc.constantFrom('replace', 'insert', 'remove', 'cut'),
      character: fc.constantFrom(...'0123456789AZaz/-%=_+'),
    })
    .map(({ at, kind, character }) => {
      const head = value.slice(0, at);
      const tail = {
        replace: value.slice(at + 1),
        insert: value.slice(at),
        remove: value.slice(at + 1),
        cut: '',
      }[kind];
      return { ai, value: head + (kind === 'replace' || kind === 'insert' ? character : '') + tail };
    }),
);

/** ISO 13616: the check digits that make the remainder 1. */
const iban = (country: string, account: string): string => {
  const digits = [...`${account}${country}00`].map((character) => Number.parseInt(character, 36)).join('');
  return country + String(98n - (BigInt(digits) % 97n)).padStart(2, '0') + account;
};

describe('ai-value', () => {
  it('accepts one of each format', () => {
    for (const { ai, value } of formats) {
      const rules = rulesOf(ai);
      expect(rules === undefined ? 'no rules' : faultInValue(rules, value), `(${ai})${value}`).to.equal(
        undefined,
      );
      agrees({ ai, value });
    }
  });

  it('agrees with BWIPP on values of every AI, right or nearly so', () => {
    const some = allAis().filter(({ ai }) => !/^(?:3[1-6]..|9[2-9])$/.test(ai) || ai.endsWith('3'));
    for (const { ai } of some) {
      fc.assert(fc.property(nearlyRight(ai), agrees), { numRuns: 6 });
    }
  }).timeout(60_000);

  it('agrees with BWIPP on formats with one character changed', () => {
    fc.assert(fc.property(mutated, agrees), { numRuns: 1500 });
  }).timeout(60_000);

  it('says at which character a value goes wrong', () => {
    const fault = (ai: string, value: string) => {
      const rules = rulesOf(ai);
      return rules === undefined ? undefined : faultInValue(rules, value);
    };
    expect(fault('10', 'AB C')).to.deep.equal({ code: 'udi/character', offset: 2 });
    expect(fault('17', '261301')).to.deep.equal({ code: 'udi/date', offset: 0 });
    expect(fault('01', '06901234567893')).to.deep.equal({ code: 'udi/check-digit', offset: 0 });
    expect(fault('01', '0690123456789')).to.deep.equal({ code: 'udi/length', offset: 13 });
    expect(fault('7003', '2612312400')).to.deep.equal({ code: 'udi/date', offset: 6 });
    expect(fault('8110', '1061414165432135001100003101231945061'), 'expires before it starts').to.deep.equal({
      code: 'udi/value',
      offset: 0,
    });
    expect(fault('8007', iban('DE', '123456')), 'too short').to.deep.equal({ code: 'udi/value', offset: 0 });
    expect(fault('8007', iban('DE', '1234567'))).to.equal(undefined);
    expect(fault('8013', '1987654Ad4X4bL5ttr2310c2L')).to.deep.equal({
      code: 'udi/check-character',
      offset: 0,
    });
  });
});
