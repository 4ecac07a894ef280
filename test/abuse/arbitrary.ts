/** Values made by chance from the schemas of the OpenAPI document. */

import fc from 'fast-check';
import { alternatives, type Described, type Schema } from './described.ts';

/** Values that mean something to the service, by the name of the field that holds them. */
export type Words = Readonly<Record<string, readonly unknown[]>>;

export interface Making {
  readonly document: Described;
  readonly words: Words;
  /** Whether optional fields are always there. */
  readonly whole: boolean;
}

/** @param name of the field that holds the value; of a list's members, the list's */
export function arbitraryOf(making: Making, schema: Schema, name = ''): fc.Arbitrary<unknown> {
  const known = making.words[name];
  const options = alternatives(making.document, schema).map((one) => single(making, one, name));
  const plain = options.length === 1 ? (options[0] ?? fc.constant(null)) : fc.oneof(...options);
  const isText = alternatives(making.document, schema).every(({ type }) => type === 'string');
  if (known === undefined || known.length === 0 || !isText) return plain;
  return fc.oneof({ arbitrary: fc.constantFrom(...known), weight: 9 }, { arbitrary: plain, weight: 1 });
}

function single(making: Making, schema: Schema, name: string): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'string':
      return textOf(schema);
    case 'integer':
    case 'number':
      return numberOf(schema);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return listOf(making, schema, name);
    case 'object':
      return objectOf(making, schema);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function textOf({ format, pattern, minLength = 0, maxLength = 20 }: Schema): fc.Arbitrary<string> {
  if (format === 'uuid') return fc.uuid();
  if (format === 'date') return fc.constantFrom('2026-11-02', '2026-02-28', '2020-01-01', '2031-12-31');
  if (format === 'date-time') return fc.constantFrom('2026-11-01T08:00:00+08:00', '2026-10-01T00:00:00Z');
  if (pattern !== undefined) {
    const form = new RegExp(pattern, 'u');
    // Its pattern looks ahead, which fast-check does not.
    return format === 'email'
      ? fc.emailAddress().filter((address) => form.test(address))
      : fc.stringMatching(form);
  }
  const longest = Math.max(minLength, Math.min(maxLength, 30));
  const words = fc.constantFrom(
    '吻合器',
    'PPS',
    '录入有误',
    'a b',
    '‘’',
    '𠮷',
    "o'neil",
    '%00',
    '$set',
    'x.y',
  );
  return fc.oneof(
    fc.string({ minLength, maxLength: longest, unit: 'grapheme-ascii' }),
    words.filter((word) => word.length >= minLength && word.length <= longest),
  );
}

/** Small ones mostly: they are the ones that can be had. */
function numberOf({ minimum = -1_000, maximum = 10_000_000 }: Schema): fc.Arbitrary<number> {
  const small = { min: minimum, max: Math.min(maximum, Math.max(minimum, 3)) };
  return fc.oneof(
    { arbitrary: fc.integer(small), weight: 4 },
    { arbitrary: fc.integer({ min: minimum, max: maximum }), weight: 1 },
  );
}

function listOf(making: Making, schema: Schema, name: string): fc.Arbitrary<unknown> {
  const { items = {}, minItems = 0, maxItems = 3 } = schema;
  const maxLength = Math.min(maxItems, Math.max(minItems, 3));
  const minLength = making.whole ? Math.max(minItems, Math.min(1, maxLength)) : minItems;
  return fc.array(arbitraryOf(making, items, name), { minLength, maxLength });
}

function objectOf(making: Making, { properties = {}, required = [] }: Schema): fc.Arbitrary<unknown> {
  const fields = Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, arbitraryOf(making, schema, name)]),
  );
  const requiredKeys = making.whole ? Object.keys(fields) : required.filter((name) => name in fields);
  return fc.record(fields, { requiredKeys, noNullPrototype: true });
}

/** What no client of ours sends. */
export const hostile: fc.Arbitrary<unknown> = fc.constantFrom<unknown[]>(
  null,
  true,
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\udfff\ud800',
  '\u202egnp.exe',
  '\ufeff',
  'x'.repeat(5_000),
  '𠮷'.repeat(600),
  '../../../etc/passwd',
  "'; DROP TABLE events; --",
  '{{7*7}}',
  '<script>alert(1)</script>',
  '\r\nX-Evil: 1',
  '$where',
  '__proto__',
  '9'.repeat(400),
  '-1',
  '0001-01-01',
  '9999-12-31',
  '2026-02-30',
  '+275760-09-13T00:00:00Z',
  '2026-11-24T08:00:00+23:59',
  -1,
  0,
  0.5,
  1e-320,
  1e308,
  2 ** 53,
  -(2 ** 53),
  [],
  {},
  [[[[[[]]]]]],
  { $gt: '' },
  { $ne: null },
  { length: 1_000_000 },
  { toString: 'x', valueOf: 'y' },
);

/** @returns the value with something wrong somewhere in it */
export function spoilt(value: unknown): fc.Arbitrary<unknown> {
  const places = placesIn(value, []);
  return fc
    .tuple(fc.constantFrom(...places), hostile, fc.constantFrom('replace', 'remove', 'add', 'repeat'))
    .map(([place, evil, what]) => changed(value, place, evil, what));
}

function placesIn(value: unknown, path: readonly string[]): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, member]) => placesIn(member, [...path, key]))];
}

function changed(value: unknown, place: readonly string[], evil: unknown, what: string): unknown {
  const [key, ...rest] = place;
  if (key === undefined) {
    if (what === 'add' && typeof value === 'object' && value !== null) return { ...value, another: evil };
    if (what === 'repeat') return Array.from({ length: 40 }, () => value);
    return evil;
  }
  if (Array.isArray(value)) {
    const list: unknown[] = value;
    return list.map((member, index) => (String(index) === key ? changed(member, rest, evil, what) : member));
  }
  const fields = Object.entries(value ?? {}).map(([name, member]) =>
    name === key ? [name, changed(member, rest, evil, what)] : [name, member],
  );
  const left = what === 'remove' && rest.length === 0 ? fields.filter(([name]) => name !== key) : fields;
  return Object.fromEntries(left);
}
