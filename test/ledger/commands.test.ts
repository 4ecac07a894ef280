import { expect } from 'chai';
import { Failure } from '../../src/errors.ts';
import type { Command, CommandSteps } from '../../src/ledger/decision.ts';
import type { Ledger } from '../../src/ledger/run.ts';
import {
  allEvents,
  always,
  commandOf,
  maker,
  nextId,
  playLedger,
  production,
  stapler,
  supply,
} from '../support/ledger-play.ts';
import { type TestDatabase, testDatabase } from '../support/mongod.ts';
import { madeLot, outcomeOf } from './bench.ts';

const hospital = 'organisation-hospital';

/** Law 5: a retry can never act twice. */
describe('a command', () => {
  let database: TestDatabase;
  let ledger: Ledger;

  before(async () => {
    database = await testDatabase();
    ledger = await playLedger(database);
  });
  after(() => database.drop());

  const events = () => database.db.collection('events').countDocuments();

  it('sent ten times at once acts once, and is answered alike ten times', async () => {
    const lot = await madeLot(ledger, 10);
    const command = commandOf(maker, { supply: lot });
    const before = await events();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => ledger.run(command, supply(lot, hospital, 10))),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).to.equal(1);
    expect(answers[0]?.answer).to.deep.equal({ sent: 10 });
    expect(await events()).to.equal(before + 1);
  });

  it('sent ten times at once and refused is refused ten times, with one record', async () => {
    const lot = await madeLot(ledger, 1);
    const command = commandOf(maker, { supply: lot });
    const codes = await Promise.all(
      Array.from({ length: 10 }, () => outcomeOf(ledger.run(command, supply(lot, hospital, 2)))),
    );
    expect(codes).to.deep.equal(Array.from({ length: 10 }, () => 'conflict'));
    const id = `${maker}/${command.id}`;
    expect(await database.db.collection<{ _id: string }>('commands').countDocuments({ _id: id })).to.equal(1);
  });

  it('sent again after it was accepted gets the same answer, though by now it would be refused', async () => {
    const lot = await madeLot(ledger, 5);
    const command = commandOf(maker, { supply: lot });
    const first = await ledger.run(command, supply(lot, hospital, 5));
    const before = await events();
    expect(await ledger.run(command, supply(lot, hospital, 5))).to.deep.equal(first);
    expect(await events()).to.equal(before);
  });

  it('sent again after it was refused is refused alike, though by now it could be done', async () => {
    const lot = { gtin: stapler, lot: nextId() };
    const command = commandOf(maker, { supply: lot });
    const first = await ledger.run(command, supply(lot, hospital, 5)).catch((error: unknown) => error);
    await ledger.run(commandOf(maker, lot), always(production(lot, 5)));
    const second = await ledger.run(command, supply(lot, hospital, 5)).catch((error: unknown) => error);
    expect(first)
      .to.be.instanceOf(Failure)
      .and.to.deep.include({ code: 'conflict', info: { quantity: 5 } });
    expect(second)
      .to.be.instanceOf(Failure)
      .and.to.deep.include({ code: 'conflict', info: { quantity: 5 } });
    // With an id of its own it can be done.
    await ledger.run(commandOf(maker, { supply: lot }), supply(lot, hospital, 5));
  });

  it('sent again is answered even where what it needs can no longer be loaded', async () => {
    const lot = await madeLot(ledger, 5);
    const command = commandOf(maker, { supply: lot });
    const first = await ledger.run(command, supply(lot, hospital, 5));
    const gone: CommandSteps<never, { sent: number }> = {
      load: () => Promise.reject(new Failure('not-found')),
      decide: (state) => state,
    };
    expect(await ledger.run(command, gone)).to.deep.equal(first);
    expect(await outcomeOf(ledger.run({ ...command, id: nextId() }, gone))).to.equal('not-found');
  });

  const others: readonly (readonly [string, (command: Command) => Command])[] = [
    ['content', (command) => ({ ...command, content: { other: true } })],
    ['actor', (command) => ({ ...command, actor: 'person-other' })],
    ['route', (command) => ({ ...command, route: 'POST /other' })],
  ];
  for (const [what, change] of others) {
    it(`with the id of another ${what} is a conflict, and does nothing`, async () => {
      const lot = await madeLot(ledger, 5);
      const command = commandOf(maker, { supply: lot });
      await ledger.run(command, supply(lot, hospital, 1));
      const refused = commandOf(maker, { supply: lot });
      await outcomeOf(ledger.run(refused, supply(lot, hospital, 50)));
      const before = await events();
      for (const earlier of [command, refused]) {
        const code = await outcomeOf(ledger.run(change(earlier), supply(lot, hospital, 1)));
        expect(code).to.equal('command/id-reused');
      }
      expect(await events()).to.equal(before);
    });
  }

  it('may have the id that another organisation used', async () => {
    const lot = await madeLot(ledger, 5);
    const command = commandOf(maker, 1);
    await ledger.run(command, supply(lot, hospital, 1));
    const theirs = { ...command, organisation: hospital };
    const { events: ids } = await ledger.run(theirs, always(production({ ...lot, lot: nextId() }, 1)));
    expect((await allEvents(database)).filter(({ id }) => ids.includes(id))).to.have.length(1);
  });

  it('with the fields of its content in another order is the same command', async () => {
    const lot = await madeLot(ledger, 5);
    const command = commandOf(maker, { a: 1, b: { c: 2, d: 3 } });
    const first = await ledger.run(command, supply(lot, hospital, 1));
    const again = { ...command, content: { b: { d: 3, c: 2 }, a: 1 } };
    expect(await ledger.run(again, supply(lot, hospital, 1))).to.deep.equal(first);
  });

  it('that is raced by others on the same goods is done by exactly so many as there are goods', async () => {
    const lot = await madeLot(ledger, 4);
    const codes = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        outcomeOf(ledger.run(commandOf(maker, index), supply(lot, hospital, 1))),
      ),
    );
    expect(codes.filter((code) => code === 'accepted')).to.have.length(4);
    expect(codes.filter((code) => code === 'conflict')).to.have.length(8);
  });
});
