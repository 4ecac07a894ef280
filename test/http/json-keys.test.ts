import { expect } from 'chai';
import fc from 'fast-check';
import { repeatedKey } from '../../src/http/json-keys.ts';

describe('http: keys that are written twice', () => {
  it('are found at every depth, however they are written', () => {
    for (const [text, key] of [
      ['{"lot":"A","lot":"B"}', 'lot'],
      ['[{"a":1},{"b":{"c":[],"d":0,"c":null}}]', 'c'],
      ['{"a":{"a":1},"b":"a","\\u0061":2}', 'a'],
      ['{"":1,"" :2}', ''],
      ['{"\\"":1,"\\"":2}', '"'],
      ['{"__proto__":1,"__proto__":2}', '__proto__'],
    ] as const) {
      JSON.parse(text);
      expect(repeatedKey(text), text).to.equal(key);
    }
  });

  it('are not seen in what is no key', () => {
    for (const text of [
      '["a","a"]',
      '[{"a":1},{"a":1}]',
      '{"a":{"a":"a"},"b":["a","a:"]}',
      '{"a":"\\\\","b":"\\\\\\":","c":"{\\"c\\":1,\\"c\\":2}"}',
      '"a"',
      '0',
    ]) {
      JSON.parse(text);
      expect(repeatedKey(text), text).to.equal(undefined);
    }
  });

  it('are never seen in what JSON.stringify wrote, and always once one is added', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), fc.nat(4), (value, key, spaces) => {
        const plain = JSON.stringify({ [key]: value, x: [value] }, undefined, spaces);
        expect(repeatedKey(plain)).to.equal(undefined);
        expect(repeatedKey(`[${plain.slice(0, -1)},${JSON.stringify(key)}:0}]`)).to.equal(key);
      }),
    );
  });

  it('are looked for in linear time', () => {
    for (const text of [
      JSON.stringify('\\'.repeat(100_000)),
      JSON.stringify('"'.repeat(100_000)),
      `[${'"\\\\",'.repeat(40_000)}0]`,
      `{${Array.from({ length: 20_000 }, (_none, index) => `"${index}":0`).join()}}`,
    ]) {
      const startedMs = performance.now();
      expect(repeatedKey(text)).to.equal(undefined);
      expect(performance.now() - startedMs).to.be.lessThan(500);
    }
  });
});
