import { expect } from 'chai';
import fc from 'fast-check';
import { assess } from '../../src/inventory/assess.ts';
import { Bench } from '../../src/inventory/bench.ts';
import { answerCheck } from '../../src/inventory/check.ts';
import { accountParts } from '../../src/ledger/account.ts';
import { holdingId, quantityIn } from '../../src/ledger/holding.ts';
import type { Books } from '../support/books-in-memory.ts';
import { unregistered } from '../support/stock-facts.ts';
import {
  type Act,
  act,
  boundAct,
  boundCorrection,
  boundUse,
  furnished,
  people,
  placeOf,
  play,
} from '../support/stock-play.ts';

/** Laws of the pure decisions: whatever is done, in whatever order, by whomever. */
describe('histories of the stock', () => {
  const history = fc.array(act, { minLength: 20, maxLength: 90, size: 'max' });
  const runs = { numRuns: 150 };

  it('balance, lot by lot, and no decision throws', () => {
    let accepted = 0;
    fc.assert(
      fc.property(history, (acts) => {
        const books = furnished();
        for (const chosen of acts) {
          if (play(books, chosen) === 'accepted') accepted += 1;
          expectSound(books);
        }
      }),
      runs,
    );
    // Chance must reach something: a play in which all is refused proves nothing.
    expect(accepted).to.be.greaterThan(1_000);
  });

  it('never refuse the record of a use, and write what was wrong with it', () => {
    fc.assert(
      fc.property(history, act, (acts, last) => {
        const books = played(acts);
        const bound = boundUse(books, last, [last]);
        expect(bound.run().kind).to.equal('facts');
        expectSound(books);
        const event = books.events.at(-1);
        const [use] = event?.uses ?? [];
        const [moved] = event?.transfers ?? [];
        // What stock does not know is said to be so; what it knows is not taken from nowhere.
        expect(use?.deviations.includes('not-in-stock')).to.equal(moved?.from.account === 'unexplained');
      }),
      runs,
    );
  });

  it('leave no device that may be used once a recall or hold stands on its lot', () => {
    fc.assert(
      fc.property(history, history, act, (before, after, { gtin, lot }) => {
        const books = played(before);
        books.restrict({ gtin, lot }, { kind: 'recall' });
        for (const chosen of after) play(books, chosen);
        for (const device of devicesOf(books, gtin, lot)) {
          for (const name of people) {
            const where = { organisation: name, place: placeOf(name, 1), day: '2026-11-02' };
            const found = assess(new Bench(books.stock), { ...device, label: {} }, where);
            const answer = answerCheck('check', { ...device, label: {} }, found, books.stock, {
              day: where.day,
              held: true,
            });
            expect(answer.verdict).to.equal('blocked');
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('can be taken back event by event, and the books still balance', () => {
    fc.assert(
      fc.property(history, fc.nat(1_000), (acts, seed) => {
        const books = played(acts);
        const events = [...books.events].filter(({ id }) => !books.corrected.has(id));
        for (let left = events.length; left > 0; left -= 1) {
          const [wrong] = events.splice(seed % left, 1);
          if (wrong !== undefined) boundCorrection(books, wrong, undefined).run();
          expectSound(books);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('are as they were, when the last event is taken back and put right as it was', () => {
    let reached = 0;
    fc.assert(
      fc.property(history, act, (acts, last) => {
        const books = played(acts.filter(({ kind }) => kind !== 'recall' && kind !== 'hold'));
        const before = books.balances();
        const bound = boundToSomethingCorrectable(books, last);
        const wrong = bound?.run().kind === 'facts' ? books.events.at(-1) : undefined;
        if (bound === undefined || wrong === undefined) return;
        const after = books.balances();
        if (boundCorrection(books, wrong, undefined).run().kind !== 'facts') return;
        expect(books.balances()).to.deep.equal(before);
        const voided = books.events.at(-1);
        if (voided === undefined) return;
        if (boundCorrection(books, voided, bound).run().kind !== 'facts') return;
        expect(books.balances()).to.deep.equal(after);
        reached += 1;
      }),
      { numRuns: 400 },
    );
    expect(reached).to.be.greaterThan(20);
  });
});

function boundToSomethingCorrectable(books: Books, chosen: Act) {
  const kinds = ['receive', 'accept', 'move', 'use', 'quarantine', 'releaseQuarantine', 'destroy'] as const;
  const kind = kinds[chosen.pick % kinds.length] ?? 'use';
  try {
    return boundAct(books, { ...chosen, kind });
  } catch {
    return undefined;
  }
}

function played(acts: readonly Act[]): Books {
  const books = furnished();
  for (const chosen of acts) play(books, chosen);
  return books;
}

function devicesOf(books: Books, gtin: string, lot: string) {
  const serials = [...books.units.values()].filter((unit) => unit.gtin === gtin && unit.lot === lot);
  return [{ gtin, lot }, ...serials.map(({ serial }) => ({ gtin, lot, serial }))];
}

/** Law 2, and: no more units are said to lie in an account than its balance bears out. */
function expectSound(books: Books): void {
  for (const [lot, sum] of books.sums()) expect(sum, lot).to.equal(0);
  for (const { balances } of books.holdings.values()) {
    for (const { account, quantity } of balances) {
      if (account !== 'production' && account !== 'unexplained') expect(quantity).to.be.greaterThan(0);
    }
  }
  const lying = new Map<string, number>();
  for (const { gtin, lot, at } of books.units.values()) {
    // Of a GTIN that nobody registered, nobody knows whether to count or to name: some do one, some the other.
    if (accountParts(at.account).kind === 'unexplained' || gtin === unregistered) continue;
    const key = JSON.stringify([holdingId(at.organisation, { gtin, lot }), at.account]);
    lying.set(key, (lying.get(key) ?? 0) + 1);
  }
  for (const [key, count] of lying) {
    const [holding, account] = JSON.parse(key);
    expect(quantityIn(books.holdings.get(holding), account), key).to.be.at.least(count);
  }
  for (const unit of books.units.values()) expect(unit.uses).to.be.at.least(0);
}
