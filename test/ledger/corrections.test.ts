import { expect } from 'chai';
import { usesOfLots } from '../../src/ledger/read.ts';
import type { Ledger } from '../../src/ledger/run.ts';
import {
  allEvents,
  always,
  commandOf,
  correct,
  draft,
  maker,
  nextId,
  nothing,
  playLedger,
  production,
  stapler,
  supply,
  use,
} from '../support/ledger-play.ts';
import { type TestDatabase, testDatabase } from '../support/mongod.ts';
import { madeLot, outcomeOf } from './bench.ts';

const hospital = 'organisation-hospital';

/** Law 1: history is only appended to. */
describe('a correction', () => {
  let database: TestDatabase;
  let ledger: Ledger;

  before(async () => {
    database = await testDatabase();
    ledger = await playLedger(database);
  });
  after(() => database.drop());

  const used = async () => {
    const lot = await madeLot(ledger, 2);
    await ledger.run(commandOf(maker, 2), supply(lot, hospital, 2));
    const { events } = await ledger.run(commandOf(hospital, 3), use(hospital, lot));
    const id = events[0];
    if (id === undefined) throw new Error('a use without an event');
    return { lot, id };
  };

  it('leaves the wrong event as it was, and its use in the lists', async () => {
    const { lot, id } = await used();
    const before = (await allEvents(database)).find((event) => event.id === id);
    await ledger.run(commandOf(hospital, 4), correct(hospital, id));
    expect((await allEvents(database)).find((event) => event.id === id)).to.deep.equal(before);
    expect((await usesOfLots(database.db, [lot])).map(({ event }) => event)).to.deep.equal([id]);
  });

  it('is made once: of ten at once one is accepted and nine are refused', async () => {
    const { id } = await used();
    const codes = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        outcomeOf(ledger.run(commandOf(hospital, index), correct(hospital, id))),
      ),
    );
    expect(codes.filter((code) => code === 'accepted')).to.have.length(1);
    expect(codes.filter((code) => code === 'conflict')).to.have.length(9);
    expect((await allEvents(database)).filter(({ corrects }) => corrects === id)).to.have.length(1);
  });

  it('is made once even where a decision does not look for the first', async () => {
    const { id } = await used();
    const details = {
      correctedType: 'used',
      reason: nothing,
      replaced: false,
      effective: [],
      voidedUses: [],
      shortfall: 0,
    } as const;
    const blind = always(draft('corrected', details, { corrects: id }));
    const hasty = await playLedger(database, { deadlineMs: 200 });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 5 }, () => hasty.run(commandOf(hospital, nextId()), blind)),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
    expect((await allEvents(database)).filter(({ corrects }) => corrects === id)).to.have.length(1);
  });

  it('draws from unexplained what has moved on', async () => {
    const lot = await madeLot(ledger, 1);
    const { events } = await ledger.run(commandOf(maker, 2), supply(lot, hospital, 1));
    await ledger.run(commandOf(hospital, 3), use(hospital, lot));
    const { answer } = await ledger.run(commandOf(maker, 4), correct(maker, events[0] ?? ''));
    expect(answer).to.deep.equal({ shortfall: 1 });
    const books = await database.db
      .collection('holdings')
      .find({ lotId: `${stapler}/${lot.lot}` })
      .toArray();
    const balances = books.flatMap((holding) => holding.balances as { account: string; quantity: number }[]);
    expect(balances.reduce((sum, { quantity }) => sum + quantity, 0)).to.equal(0);
    expect(balances).to.deep.include({
      account: 'unexplained',
      title: { owner: hospital, basis: 'bought' },
      quantity: -1,
    });
  });

  it('of a use takes it off the unit, which is back on its shelf', async () => {
    const lot = { gtin: stapler, lot: nextId() };
    const serial = nextId().slice(-12);
    await ledger.run(commandOf(maker, 1), always(production(lot, 1, { serials: [serial] })));
    await ledger.run(commandOf(maker, 2), supply(lot, hospital, 1, [serial]));
    const { events } = await ledger.run(commandOf(hospital, 3), use(hospital, lot, { serial }));
    await ledger.run(commandOf(hospital, 4), correct(hospital, events[0] ?? ''));
    const unit = await database.db
      .collection<{ _id: string }>('units')
      .findOne({ _id: `${stapler}/maker/${serial}` });
    expect(unit).to.include({ uses: 0, version: 4 });
  });

  it('of a use that names nothing of the unit is a fault, not a unit that counts wrong', async () => {
    const voided = [{ pseudonym: 'p', gtin: stapler, serial: '1' }];
    const details = {
      correctedType: 'used',
      reason: nothing,
      replaced: false,
      effective: [],
      voidedUses: voided,
      shortfall: 0,
    } as const;
    const error = await ledger.run(commandOf(hospital, 5), always(draft('corrected', details))).catch(String);
    expect(error).to.match(/nothing names the unit/);
  });
});
