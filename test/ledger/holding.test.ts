import { expect } from 'chai';
import fc from 'fast-check';
import { type Account, conditions, mayBeNegative, placeAccount } from '../../src/ledger/account.ts';
import type { Transfer } from '../../src/ledger/event.ts';
import {
  applyTransfers,
  type Balance,
  Overdrawn,
  organisationsOf,
  quantityIn,
} from '../../src/ledger/holding.ts';
import { type Title, titleKey } from '../../src/ledger/title.ts';

const lot = { gtin: '06901234500011', lot: 'A/1' };
const organisations = ['maker', 'hospital', 'distributor'];

const account = fc.oneof(
  fc.constantFrom<Account>('production', 'consumed', 'destroyed', 'reported', 'missing', 'unexplained'),
  fc.constantFrom<Account>('transit/s', 'inside/kit'),
  fc
    .tuple(fc.constantFrom('p', 'q/r'), fc.constantFrom(...conditions))
    .map(([place, condition]) => placeAccount(place, condition)),
);
const accountRef = fc.record({ organisation: fc.constantFrom(...organisations), account });
const title: fc.Arbitrary<Title> = fc.record(
  {
    owner: fc.constantFrom(...organisations),
    basis: fc.constantFrom('bought', 'consignment', 'donated'),
    programme: fc.constantFrom('welfare'),
  },
  { requiredKeys: ['owner', 'basis'] },
);
const transfer: fc.Arbitrary<Transfer> = fc
  .record(
    { quantity: fc.integer({ min: 1, max: 10 }), from: accountRef, to: accountRef, title, becomes: title },
    { requiredKeys: ['quantity', 'from', 'to', 'title'] },
  )
  .map((made) => ({ ...lot, ...made }));

/** Applies what may be applied, and passes over what overdraws, as refused commands leave no trace. */
function play(transfers: readonly Transfer[]): Map<string, Balance[]> {
  const books = new Map<string, Balance[]>();
  for (const made of transfers) {
    try {
      const after = organisationsOf(made).map(
        (organisation) =>
          [
            organisation,
            applyTransfers({ ...lot, organisation, balances: books.get(organisation) ?? [] }, [made]),
          ] as const,
      );
      for (const [organisation, balances] of after) books.set(organisation, balances);
    } catch (error) {
      if (!(error instanceof Overdrawn)) throw error;
    }
  }
  return books;
}

describe('a holding', () => {
  it('sums to zero with the other books of its lot, after any transfers', () => {
    fc.assert(
      fc.property(fc.array(transfer, { maxLength: 60 }), (transfers) => {
        const sum = [...play(transfers).values()].flat().reduce((total, { quantity }) => total + quantity, 0);
        expect(sum).to.equal(0);
      }),
    );
  });

  it('falls below zero in production and unexplained alone, and those two never rise above', () => {
    fc.assert(
      fc.property(fc.array(transfer, { maxLength: 60 }), (transfers) => {
        for (const balance of [...play(transfers).values()].flat()) {
          const wrong = mayBeNegative(balance.account) ? balance.quantity > 0 : balance.quantity < 0;
          expect(wrong, JSON.stringify(balance)).to.equal(false);
        }
      }),
    );
  });

  it('keeps one balance for each account and title, none of them zero, in one order', () => {
    fc.assert(
      fc.property(fc.array(transfer, { maxLength: 60 }), (transfers) => {
        for (const balances of play(transfers).values()) {
          const keys = balances.map((balance) => `${balance.account}|${titleKey(balance.title)}`);
          expect(keys).to.deep.equal([...new Set(keys)].sort());
          expect(balances.filter(({ quantity }) => quantity === 0)).to.deep.equal([]);
        }
      }),
    );
  });

  it('does not care in which order one event names its transfers, as long as it ends well', () => {
    const from = { organisation: 'maker', account: placeAccount('p', 'available') };
    const make: Transfer = {
      ...lot,
      quantity: 5,
      from: { organisation: 'maker', account: 'production' },
      to: from,
      title: { owner: 'maker', basis: 'bought' },
    };
    const take: Transfer = { ...make, from, to: { organisation: 'maker', account: 'destroyed' } };
    const holding = { ...lot, organisation: 'maker', balances: [] };
    expect(applyTransfers(holding, [take, make])).to.deep.equal(applyTransfers(holding, [make, take]));
  });

  it('is not overdrawn in one title because there is enough in another', () => {
    const from = { organisation: 'maker', account: placeAccount('p', 'available') };
    const bought: Title = { owner: 'maker', basis: 'bought' };
    const make: Transfer = {
      ...lot,
      quantity: 5,
      from: { organisation: 'maker', account: 'production' },
      to: from,
      title: bought,
    };
    const holding = {
      ...lot,
      organisation: 'maker',
      balances: applyTransfers({ ...lot, organisation: 'maker', balances: [] }, [make]),
    };
    const other: Transfer = {
      ...make,
      quantity: 1,
      from,
      to: { organisation: 'maker', account: 'destroyed' },
      title: { ...bought, basis: 'loan' },
    };
    expect(() => applyTransfers(holding, [other])).to.throw(
      Overdrawn,
      /place\/p\/available of maker would hold -1/,
    );
    expect(quantityIn(holding, from.account, bought)).to.equal(5);
  });

  it('leaves other lots alone', () => {
    const other: Transfer = {
      gtin: lot.gtin,
      lot: 'B',
      quantity: 1,
      from: { organisation: 'maker', account: 'production' },
      to: { organisation: 'maker', account: 'destroyed' },
      title: { owner: 'maker', basis: 'bought' },
    };
    expect(applyTransfers({ ...lot, organisation: 'maker', balances: [] }, [other])).to.deep.equal([]);
  });
});
