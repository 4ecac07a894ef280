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
    const taken = line.take(6);
    expect(taken.map(({ item }) => item)).to.deep.equal([
      'many-0',
      'many-1',
      'many-2',
      'few-0',
      'few-1',
      'one-0',
    ]);
    expect(line.length).to.equal(97);
    const [next] = line.take(1);
    expect(next?.item).to.equal('many-3');
    // Whoever was taken and had no room is the first again, wherever others have come in between.
    line.push('few', 'few-2');
    line.giveBack(taken.slice(2, 5));
    expect(line.length).to.equal(100);
    expect(line.take(6).map(({ item }) => item)).to.deep.equal([
      ...['many-2', 'many-4', 'many-5', 'few-0', 'few-1', 'few-2'],
    ]);
  });

  it('loses nobody and gives nobody twice', () => {
    const acts = fc.array(
      fc.oneof(
        fc.record({ push: fc.constantFrom('a', 'b', 'c') }),
        fc.record({ take: fc.integer({ min: 1, max: 4 }), back: fc.nat(3) }),
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
            const places = line.take(act.take);
            const taken = places.map(({ item }) => item);
            expect(taken).to.have.length(Math.min(act.take, waiting.size));
            expect(taken).to.deep.equal([...taken].sort((a, b) => a - b));
            for (const one of taken) {
              // Nobody of the same organisation that came earlier is still waiting.
              const earlier = [...waiting].filter(([other, key]) => key === waiting.get(one) && other < one);
              expect(earlier.every(([other]) => taken.includes(other))).to.equal(true);
            }
            const served = places.length - Math.min(act.back, places.length);
            line.giveBack(places.slice(served));
            for (const one of taken.slice(0, served)) expect(waiting.delete(one)).to.equal(true);
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
