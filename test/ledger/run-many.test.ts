import { expect } from 'chai';
import { mongo } from 'mongoose';
import { checkLedger } from '../../src/ledger/check/check-ledger.ts';
import { ledgerCollections } from '../../src/ledger/collections.ts';
import { type Command, refuse } from '../../src/ledger/decision.ts';
import type { LotKey } from '../../src/ledger/event.ts';
import { holdingId, quantityIn } from '../../src/ledger/holding.ts';
import type { Ledger } from '../../src/ledger/run.ts';
import { type Member, runMany, type Settled, type Together, tryMany } from '../../src/ledger/run-many.ts';
import type { Snapshot } from '../../src/ledger/snapshot.ts';
import {
  always,
  boughtBy,
  commandOf,
  draft,
  factory,
  maker,
  nextId,
  playLedger,
  production,
  shelf,
} from '../support/ledger-play.ts';
import { type TestDatabase, testDatabase } from '../support/mongod.ts';
import { madeLot } from './bench.ts';

const hospital = 'hospital-many';

/** Many commands in few transactions: laws 5 and 6 hold for each of them. */
describe('many commands in one go', () => {
  let database: TestDatabase;
  let ledger: Ledger;
  let lot: LotKey;
  before(async () => {
    database = await testDatabase();
    ledger = await playLedger(database);
  });
  after(async () => {
    const { differences } = await checkLedger(database.db);
    await database.drop();
    expect(differences).to.equal(0);
  });
  beforeEach(async () => {
    lot = await madeLot(ledger, 10);
  });

  const eventsOf = () => database.db.collection('entries').countDocuments({ lot: lot.lot, type: 'received' });
  const held = async (of: string) => {
    const holding = await ledgerCollections(database.db).holdings.findOne({ _id: holdingId(of, lot) });
    return quantityIn(holding ?? undefined, (of === maker ? factory : shelf(of)).account);
  };
  const together = (changes: Partial<Together> = {}): Together => ({
    ...{ atOnce: 3, weightAtOnce: 100, prefetch: async () => undefined },
    ...changes,
  });

  /** Some of the lot for the hospital; refused where there are not enough. */
  function supply(quantity: number, command: Command = commandOf(maker, quantity)): Member<{ left: number }> {
    const decide = async (snapshot: Snapshot) => {
      const holdings = await snapshot.holdings([{ ...lot, organisation: maker }]);
      const left = quantityIn(holdings.get(holdingId(maker, lot)), factory.account) - quantity;
      if (left < 0) return refuse('stock/not-there', { short: -left });
      const transfer = { ...lot, quantity, from: factory, to: shelf(hospital), title: boughtBy(maker) };
      const details = { shipment: nextId(), from: maker, lines: [] };
      const events = [draft('received', details, { transfers: [transfer] })];
      return { kind: 'accepted', events, answer: { left } } as const;
    };
    return { command, weight: 1, decide };
  }

  /** What is left after each; or why not. */
  function words(settled: readonly Settled<{ left: number }>[]): (number | string)[] {
    return settled.map((one) => (one.kind === 'accepted' ? one.answer.left : one.failure.code));
  }

  it('each sees what those before it have done, within a transaction and from one to the next', async () => {
    const members = [4, 4, 4, 1, 2, 1].map((quantity) => supply(quantity));
    const settled = await runMany(ledger, members, together());
    expect(words(settled)).to.deep.equal([6, 2, 'stock/not-there', 1, 'stock/not-there', 0]);
    expect([await held(maker), await held(hospital), await eventsOf()]).to.deep.equal([0, 10, 4]);
    const [first] = settled;
    expect(first).to.deep.equal({ kind: 'accepted', events: [await firstEvent()], answer: { left: 6 } });
  });

  async function firstEvent(): Promise<string> {
    const found = await database.db.collection('entries').find({ lot: lot.lot, type: 'received' }).toArray();
    return String(found.find(({ transfers }) => transfers[0].quantity === 4)?.event);
  }

  it('a refusal is remembered as one, and so is what was accepted', async () => {
    const members = [9, 9].map((quantity) => supply(quantity));
    const first = await runMany(ledger, members, together());
    await ledger.run(commandOf(maker, 'more'), always(production(lot, 5)));
    const again = await runMany(ledger, members, together());
    expect(words(first)).to.deep.equal([1, 'stock/not-there']);
    expect(again).to.deep.equal(first);
    expect(await eventsOf()).to.equal(1);
  });

  it('the same command twice is decided once; the same id with other content is refused', async () => {
    const one = supply(3);
    const other = { ...supply(5), command: { ...one.command, content: 5 } };
    const settled = await runMany(ledger, [one, one, other], together());
    expect(words(settled)).to.deep.equal([7, 7, 'command/id-reused']);
    expect(words(await runMany(ledger, [other, one], together()))).to.deep.equal(['command/id-reused', 7]);
    expect(await eventsOf()).to.equal(1);
  });

  it('a command that was sent alone is the same command among many, and the other way round', async () => {
    const alone = commandOf(maker, 'alone');
    await ledger.run(alone, always(production(lot, 1)));
    const many = supply(2);
    const settled = await runMany(ledger, [supply(9, alone), many], together());
    expect(settled[0]).to.deep.include({ kind: 'accepted', answer: { done: true } });
    const again = await ledger.run(many.command, always(production(lot, 7)));
    expect(settled[1]).to.deep.equal({ kind: 'accepted', ...again });
  });

  it('tried only, nothing is written, and the answers are those that come true', async () => {
    const members = [6, 6, 4].map((quantity) => supply(quantity));
    const counts = () => Promise.all(names.map((name) => database.db.collection(name).countDocuments()));
    const names = ['commands', 'events', 'entries', 'holdings', 'lots'];
    const before = await counts();
    const tried = await tryMany(ledger, members, together());
    expect(await counts()).to.deep.equal(before);
    expect(words(tried)).to.deep.equal([4, 'stock/not-there', 0]);
    expect(words(await runMany(ledger, members, together()))).to.deep.equal(words(tried));
    // What is stored already is told as it was.
    expect(words(await tryMany(ledger, members, together()))).to.deep.equal(words(tried));
  });

  it('broken off between two transactions and sent again, each happens exactly once', async () => {
    const members = [1, 1, 1, 1, 1, 1, 1].map((quantity) => supply(quantity));
    let parts = 0;
    const breaking = together({
      prefetch: async () => {
        parts += 1;
        if (parts === 2) throw new Error('the process ended here');
      },
    });
    const broken = await runMany(ledger, members, breaking).catch((error: unknown) => String(error));
    expect(broken).to.equal('Error: the process ended here');
    expect(await eventsOf()).to.equal(3);
    const settled = await runMany(ledger, members, together());
    expect(words(settled)).to.deep.equal([9, 8, 7, 6, 5, 4, 3]);
    expect([await eventsOf(), await held(hospital)]).to.deep.equal([7, 7]);
  });

  it('overtaken by others, they are tried again in smaller parts, and each happens exactly once', async () => {
    const members = [1, 1, 1, 1, 1, 1].map((quantity) => supply(quantity));
    const sizes: number[] = [];
    const overtaken = new mongo.MongoServerError({ message: 'write conflict', code: 112 });
    overtaken.addErrorLabel('TransientTransactionError');
    const settled = await runMany(
      ledger,
      members,
      together({
        atOnce: 4,
        prefetch: async (_snapshot, indexes) => {
          sizes.push(indexes.length);
          if (sizes.length <= 2) throw overtaken;
        },
      }),
    );
    expect(sizes).to.deep.equal([4, 2, 1, 4, 1]);
    expect(words(settled)).to.deep.equal([9, 8, 7, 6, 5, 4]);
    expect(await eventsOf()).to.equal(6);
  });

  it('at once with the same and with others, on one lot: each happens exactly once', async () => {
    const members = Array.from({ length: 8 }, () => supply(1));
    const others = Array.from({ length: 4 }, () => commandOf(maker, 'other'));
    const all = await Promise.all([
      runMany(ledger, members, together()),
      runMany(ledger, members, together({ atOnce: 8 })),
      ...others.map((command) => ledger.run(command, always(production(lot, 1)))),
    ]);
    expect(all[0]).to.deep.equal(all[1]);
    expect([await held(maker), await held(hospital), await eventsOf()]).to.deep.equal([6, 8, 8]);
  });

  it('what weighs too much for one transaction has another', async () => {
    const members = [3, 3, 1].map((quantity) => ({ ...supply(quantity), weight: quantity }));
    const parts: (readonly number[])[] = [];
    const settled = await runMany(
      ledger,
      members,
      together({
        weightAtOnce: 2,
        prefetch: async (_snapshot, indexes) => {
          parts.push(indexes);
        },
      }),
    );
    expect(parts).to.deep.equal([[0], [1], [2]]);
    expect(words(settled)).to.deep.equal([7, 4, 3]);
  });
});
