import { expect } from 'chai';
import fc from 'fast-check';
import { balancesOf, movementsOf } from '../../src/recalls/balance.ts';
import { lot, maker, recallOf, shippedTo, situationOf, stock, transferOf, written } from './situations.ts';

const recall = recallOf([{ ...lot, step: 1 }]);
const production = { organisation: maker, account: 'production' } as const;
const ends = ['consumed', 'destroyed', 'missing', 'reported', 'transit/t', 'inside/k'] as const;

describe('a mass balance', () => {
  it('adds up to zero, whatever moved', () => {
    const step = fc.record({
      from: fc.constantFrom('a', 'b', 'c'),
      to: fc.constantFrom('a', 'b', 'c'),
      end: fc.option(fc.constantFrom(...ends)),
      quantity: fc.integer({ min: 1, max: 50 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const events = steps.map(({ from, to, end, quantity }) => {
          // What is not there is drawn from `unexplained`, as the ledger's laws ask.
          const source = { organisation: from, account: 'unexplained' } as const;
          const sink = end === null ? stock(to) : { organisation: to, account: end };
          return written(from, [transferOf(source, sink, quantity)]);
        });
        const made = written(maker, [transferOf(production, stock(maker), 7)]);
        const [balance] = balancesOf(situationOf(recall, [made, ...events]), () => true);
        expect(balance?.total).to.equal(0);
        expect(balance?.rows.every(({ quantity }) => quantity !== 0)).to.equal(true);
      }),
    );
  });

  it('adds up titles and, where places are not shown, places', () => {
    const other = { organisation: 'a', account: 'place/theatre-of-a/available' } as const;
    const situation = situationOf(recall, [
      written(maker, [transferOf(production, stock(maker), 30)]),
      written('a', [transferOf(stock(maker), stock('a'), 10)]),
      written('a', [transferOf(stock(maker), other, 4, { becomes: { owner: maker, basis: 'consignment' } })]),
    ]);
    const of = (showsPlaces: boolean) =>
      balancesOf(situation, () => showsPlaces)[0]?.rows.filter(({ organisation }) => organisation === 'a');
    expect(of(false)).to.deep.equal([
      { organisation: 'a', kind: 'place', condition: 'available', quantity: 14 },
    ]);
    expect(of(true)?.map(({ place, quantity }) => [place, quantity])).to.deep.equal([
      ['store-of-a', 10],
      ['theatre-of-a', 4],
    ]);
  });

  it('has a lot of which nothing is known, with no row', () => {
    expect(balancesOf({ lots: [lot], holdings: [], recall }, () => true)).to.deep.equal([
      { ...lot, rows: [], total: 0 },
    ]);
  });
});

describe('what went through an organisation’s hands', () => {
  const transit = { organisation: maker, account: 'transit/s1' } as const;
  const received = (quantity: number) => written('a', [transferOf(transit, stock('a'), quantity)]);
  const made = written(maker, [transferOf(production, stock(maker), 100)]);

  it('counts receipts less those corrected away, and dispatches less those taken back', () => {
    const onward = { organisation: 'a', account: 'transit/s2' } as const;
    const situation = situationOf(recall, [
      made,
      shippedTo('a', maker, 's1', 20),
      received(12),
      written('a', [transferOf(stock('a'), transit, 2)]),
      shippedTo('b', 'a', 's2', 6),
      written('a', [transferOf(onward, stock('a'), 1, { becomes: { owner: 'a', basis: 'bought' } })]),
    ]);
    expect(movementsOf(situation, 'a')).to.deep.equal([{ ...lot, received: 10, sentOn: 5, coming: 10 }]);
    expect(movementsOf(situation, 'b')).to.deep.equal([{ ...lot, received: 0, sentOn: 0, coming: 5 }]);
    expect(movementsOf(situation, maker)).to.deep.equal([{ ...lot, received: 0, sentOn: 20, coming: 0 }]);
  });

  it('keeps what was lost on the way as sent on', () => {
    const lost = { organisation: maker, account: 'missing' } as const;
    const situation = situationOf(recall, [
      made,
      shippedTo('a', maker, 's1', 20),
      written(maker, [transferOf(transit, lost, 3)]),
    ]);
    expect(movementsOf(situation, maker)[0]?.sentOn).to.equal(20);
  });
});
