import { expect } from 'chai';
import fc from 'fast-check';
import { systemIds } from '../../src/clock.ts';
import { parseSerial } from '../../src/identifiers/serial.ts';
import {
  type Numbering,
  numbering,
  sequentialSerial,
  unambiguous,
  unguessableSerial,
  widestSerials,
} from '../../src/labels/serial-numbers.ts';

type Rules<Kind> = Extract<Numbering, { kind: Kind }>;
const sequential: fc.Arbitrary<Rules<'sequential'>> = fc.record({
  kind: fc.constant('sequential' as const),
  prefix: fc.stringMatching(/^[0-9A-Z-]{0,10}$/),
  digits: fc.integer({ min: 4, max: 10 }),
});
const unguessable: fc.Arbitrary<Rules<'unguessable'>> = fc.record({
  kind: fc.constant('unguessable' as const),
  length: fc.integer({ min: 10, max: 20 }),
});

describe('new serial numbers', () => {
  it('are what a label may carry, by all rules that may be asked for', () => {
    fc.assert(
      fc.property(fc.oneof(sequential, unguessable), fc.integer({ min: 1, max: 9_999 }), (rules, number) => {
        expect(numbering.parse(rules)).to.deep.equal(rules);
        const serial =
          rules.kind === 'sequential'
            ? sequentialSerial(rules, number)
            : unguessableSerial(rules, (count) => systemIds.bytes(count));
        expect(parseSerial(serial ?? '')).to.equal(serial);
        for (const widest of widestSerials(rules)) expect(widest.length).to.equal(serial?.length);
      }),
    );
  });

  it('one after the other are different, and end where the digits end', () => {
    fc.assert(
      fc.property(sequential, fc.integer({ min: 1, max: 9_998 }), (rules, number) => {
        const [one, next] = [sequentialSerial(rules, number), sequentialSerial(rules, number + 1)];
        expect(one).to.not.equal(next);
        expect((one ?? '') < (next ?? ''), `${one} < ${next}`).to.equal(true);
      }),
    );
    expect(sequentialSerial({ kind: 'sequential', prefix: 'A', digits: 4 }, 9_999)).to.equal('A9999');
    expect(sequentialSerial({ kind: 'sequential', prefix: 'A', digits: 4 }, 10_000)).to.equal(undefined);
  });

  it('unguessable ones use every character about as often, and no other', () => {
    const counts = new Map<string, number>();
    const drawn = 30_000;
    const rules = { kind: 'unguessable', length: 10 } as const;
    for (let n = 0; n < drawn / 10; n += 1) {
      for (const character of unguessableSerial(rules, (count) => systemIds.bytes(count))) {
        counts.set(character, (counts.get(character) ?? 0) + 1);
      }
    }
    expect([...counts.keys()].sort().join('')).to.equal([...unambiguous].sort().join(''));
    // A thousand each, give or take; eight standard deviations would be 250.
    for (const [character, count] of counts) expect(count, character).to.be.within(750, 1_250);
  });

  it('unguessable ones leave out bytes that would make some characters likelier', () => {
    const [fair, unfair] = [239, 240];
    const given = [unfair, 255, fair, unfair, 0];
    const serial = unguessableSerial({ kind: 'unguessable', length: 10 }, () => Uint8Array.from(given));
    expect(serial).to.equal(`${unambiguous.at(-1)}${unambiguous.at(0)}`.repeat(5));
  });
});
