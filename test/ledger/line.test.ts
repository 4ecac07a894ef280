import { expect } from 'chai';
import fc from 'fast-check';
import { Line } from '../../src/ledger/line.ts';

describe('the line before a batch', () => {
  it('gives each organisation its turn, each its oldest first, and what it gives in the order of coming', () => {
    const line = new Line<string>();
    for (let number = 0; number < 100; number += 1) line.push('many', `many-${number}`);
    line.push('few', 'few-0');
    line.push('few', 'few-1');
    line.push('one', 'one-0');
    expect(line.take(6)).to.deep.equal(['many-0', 'many-1', 'many-2', 'few-0', 'few-1', 'one-0']);
    expect(line.length).to.equal(97);
    expect(line.take(1)).to.deep.equal(['many-3']);
  });

  it('loses nobody and gives nobody twice', () => {
    const acts = fc.array(
      fc.oneof(
        fc.record({ push: fc.constantFrom('a', 'b', 'c') }),
        fc.record({ take: fc.integer({ min: 1, max: 4 }) }),
        fc.record({ remove: fc.nat(20) }),
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(acts, (all) => {
        const line = new Line<number>();
        const waiting = new Map<number, string>();
        let made = 0;
        for (const act of all) {
          if ('push' in act) {
            line.push(act.push, made);
            waiting.set(made, act.push);
            made += 1;
          } else if ('take' in act) {
            const taken = line.take(act.take);
            expect(taken).to.have.length(Math.min(act.take, waiting.size));
            expect(taken).to.deep.equal([...taken].sort((a, b) => a - b));
            for (const one of taken) {
              // Nobody of the same organisation that came earlier is still waiting.
              const earlier = [...waiting].filter(([other, key]) => key === waiting.get(one) && other < one);
              expect(earlier.every(([other]) => taken.includes(other))).to.equal(true);
            }
            for (const one of taken) expect(waiting.delete(one)).to.equal(true);
          } else {
            expect(line.remove(waiting.get(act.remove) ?? 'a', act.remove)).to.equal(
              waiting.delete(act.remove),
            );
          }
          expect(line.length).to.equal(waiting.size);
        }
      }),
    );
  });
});
