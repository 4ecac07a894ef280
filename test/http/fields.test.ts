import { expect } from 'chai';
import fc from 'fast-check';
import { z } from 'zod';
import { Failure } from '../../src/errors.ts';
import { decodeCursor, encodeCursor } from '../../src/http/cursor.ts';
import { email, isoDate, isoDateTime, quantity, scanned, text, uuid } from '../../src/http/fields.ts';
import { readJson } from '../../src/http/json.ts';

const accepts = (schema: z.ZodType, value: unknown) => schema.safeParse(value).success;

describe('http: fields', () => {
  it('takes what a person writes, and refuses what cannot be seen', () => {
    const name = text({ max: 10 });
    for (const good of ['王秀英', '  spaced ', 'a', '𠮷野家'])
      expect(accepts(name, good), good).to.equal(true);
    for (const bad of [
      '',
      '   ',
      'x'.repeat(11),
      'a\u0000b',
      'a\nb',
      '\ud800',
      'LOT\u202e1A',
      'a\u001db',
      5,
      null,
    ]) {
      expect(accepts(name, bad), JSON.stringify(bad)).to.equal(false);
    }
    expect(accepts(text({ max: 10, lines: true }), 'a\r\n\tb')).to.equal(true);
    expect(accepts(text({ max: 10, lines: true }), 'a\u0007b')).to.equal(false);
  });

  it('keeps a scan to the last character, separators included', () => {
    const scan = ']d20106901234567892\u001d ';
    expect(scanned({ max: 100 }).parse(scan)).to.equal(scan);
    expect(accepts(scanned({ max: 100 }), 'a\u0000')).to.equal(false);
  });

  it('knows the calendar, and asks for the offset of a time', () => {
    for (const good of ['2024-02-29', '2026-11-24']) expect(accepts(isoDate(), good), good).to.equal(true);
    for (const bad of ['2026-02-29', '2026-13-01', '26-1-1', '2026-11-24T00:00:00Z', '2026-04-31']) {
      expect(accepts(isoDate(), bad), bad).to.equal(false);
    }
    for (const good of ['2026-11-24T08:00:00+08:00', '2026-11-24T00:00:00.123Z']) {
      expect(accepts(isoDateTime(), good), good).to.equal(true);
    }
    for (const bad of [
      '2026-11-24T08:00:00',
      '2026-11-24 08:00:00Z',
      '2026-02-30T08:00:00Z',
      '2026-11-24T25:00:00Z',
    ]) {
      expect(accepts(isoDateTime(), bad), bad).to.equal(false);
    }
  });

  it('takes an e-mail address that mail software and every reader of the description take', () => {
    const [name, label] = ['n'.repeat(64), 'd'.repeat(63)];
    for (const good of [
      'zhao.min@hospital.example.cn',
      "o'neil+ward-3_x@b.cn",
      `${name}@${label}.cn`,
      '-@1.CN',
    ]) {
      expect(accepts(email(), good), good).to.equal(true);
    }
    // Each: a part of the domain or name that is none, or is too long for one.
    const bad = [
      'a@b-.cn',
      'a@-b.cn',
      'a@b..cn',
      'a@xn--b.cn',
      'a@b',
      'a@b.c',
      'a@b.1',
      '.a@b.cn',
      'a.@b.cn',
      'a..b@c.cn',
    ];
    const tooLong = [
      `${name}n@b.cn`,
      `a@${label}d.cn`,
      `a@b.${label}d`,
      `${name}@${label}.${label}.${'d'.repeat(9)}.cn`,
    ];
    for (const one of [...bad, ...tooLong, '@b.cn', 'a b@c.cn', '赵@b.cn', 'a@b.cn\n']) {
      expect(accepts(email(), one), one).to.equal(false);
    }
  });

  it('counts in whole numbers, and writes an id one way', () => {
    for (const bad of [0, -1, 1.5, 1e9, Number.NaN, '1', 2 ** 53])
      expect(accepts(quantity(), bad), String(bad)).to.equal(false);
    expect(quantity({ max: 5 }).parse(5)).to.equal(5);
    const id = 'A7C1F9C0-1111-4222-8333-444455556666';
    expect(uuid().parse(id)).to.equal(id.toLowerCase());
    expect(accepts(uuid(), 'not-a-uuid')).to.equal(false);
  });

  it('reads back any cursor that it wrote, and none that somebody else did', () => {
    const shape = z.strictObject({ at: z.string(), n: z.int() });
    fc.assert(
      fc.property(fc.record({ at: fc.string(), n: fc.integer() }), (position) => {
        expect(decodeCursor(encodeCursor(position), shape)).to.deep.equal(position);
      }),
    );
    fc.assert(
      fc.property(fc.string(), (junk) => {
        expect(() => decodeCursor(junk, shape)).to.throw(Failure);
      }),
    );
    expect(() => decodeCursor(encodeCursor({ at: { $gt: '' }, n: 1 }), shape)).to.throw(Failure);
  });

  it('never throws anything but a Failure at bytes of any kind', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((json) => new TextEncoder().encode(json)),
        ),
        (bytes) => {
          try {
            readJson(bytes);
          } catch (error) {
            expect(error).to.be.instanceOf(Failure);
          }
        },
      ),
    );
  });
});
