import fc from 'fast-check';
import { rulesOf } from '../../src/identifiers/ai-table.ts';
import { characterSet82 } from '../../src/identifiers/character-sets.ts';
import { checkDigit } from '../../src/identifiers/check-digit.ts';

/** Elements as labels carry them, for laws and for comparison with an oracle. */

export interface Element {
  readonly ai: string;
  readonly value: string;
}

const number = (length: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: length, maxLength: length });

const keyed = (length: number): fc.Arbitrary<string> =>
  number(length - 1).map((digits) => digits + String(checkDigit(digits)));

export const text82 = (max: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...characterSet82), minLength: 1, maxLength: max });

const twoDigits = (min: number, max: number): fc.Arbitrary<string> =>
  fc.integer({ min, max }).map((n) => String(n).padStart(2, '0'));

const date = fc.tuple(twoDigits(0, 99), twoDigits(1, 12), twoDigits(0, 28)).map((parts) => parts.join(''));

/** Values of AIs that go with a GTIN, valid by construction. */
const besideGtin: readonly (readonly [string, fc.Arbitrary<string>])[] = [
  ['10', text82(20)],
  ['11', date],
  ['13', date],
  ['15', date],
  ['16', date],
  ['17', date],
  ['20', number(2)],
  ['21', text82(20)],
  ['22', text82(20)],
  ['240', text82(30)],
  ['241', text82(30)],
  ['242', fc.integer({ min: 1, max: 6 }).chain(number)],
  ['30', fc.integer({ min: 1, max: 8 }).chain(number)],
  ['3103', number(6)],
  ['3920', fc.integer({ min: 1, max: 15 }).chain(number)],
  ['400', text82(30)],
  ['410', keyed(13)],
  ['414', keyed(13)],
  ['422', fc.constantFrom('156', '276', '840')],
  ['423', fc.constantFrom('156', '156276', '840056008156004')],
  ['7003', date.map((day) => `${day.slice(0, 4)}15${'0930'}`)],
  ['7230', text82(28).map((value) => `EM${value}`)],
  ['714', text82(20)],
  ['8005', number(6)],
  ['8012', text82(20)],
  ['8200', text82(70)],
  ['90', text82(30)],
  ['91', text82(90)],
];

const gtinElement: fc.Arbitrary<Element> = keyed(14).map((value) => ({ ai: '01', value }));

const companions: fc.Arbitrary<Element[]> = fc.uniqueArray(
  fc.constantFrom(...besideGtin).chain(([ai, values]) => values.map((value) => ({ ai, value }))),
  { selector: ({ ai }) => ai, maxLength: 7 },
);

/** A GTIN and what may stand beside it, in any order; some lack an AI that they need, as (3920) a measure. */
export const gtinElements: fc.Arbitrary<Element[]> = fc
  .tuple(gtinElement, companions)
  .chain(([gtin, others]) => fc.shuffledSubarray([gtin, ...others], { minLength: others.length + 1 }));

/** One element of any AI of the table, right or nearly so. */
export function nearlyRight(ai: string): fc.Arbitrary<Element> {
  const rules = rulesOf(ai);
  const parts = (rules?.components ?? []).map((component) => {
    const characters = [...characterSet82].filter(
      (character) => component.set[character.charCodeAt(0)] === 1,
    );
    const plausible = fc.constantFrom(...'0123456789', ...characters);
    const length = fc.integer({ min: component.min, max: component.max });
    const content = length.chain((n) => fc.string({ unit: plausible, minLength: n, maxLength: n }));
    const digits = length.chain(number);
    const key = length.filter((n) => n > 1).chain(keyed);
    const choices = [content, digits, digits, ...(component.max > 12 ? [key, key] : []), date, number(2)];
    return component.optional ? fc.oneof(fc.constant(''), ...choices) : fc.oneof(...choices);
  });
  return fc.tuple(...parts).map((values) => ({ ai, value: values.join('') }));
}
