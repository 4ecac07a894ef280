import { expect } from 'chai';
import { mongo } from 'mongoose';
import type { Command } from '../../src/ledger/decision.ts';
import type { LotKey } from '../../src/ledger/event.ts';
import type { Ledger } from '../../src/ledger/run.ts';
import { failCommands } from '../support/fault-mongod.ts';
import { commandOf, maker, playLedger, supply } from '../support/ledger-play.ts';
import type { TestDatabase } from '../support/mongod.ts';
import { type FaultBench, faultBench, madeLot, outcomeOf } from './bench.ts';

const hospital = 'hospital-of-faults';

/** What goes wrong with a batch goes wrong for all of it, and is never told as another thing than it was. */
describe('a batch that the database fails', () => {
  let bench: FaultBench;
  let database: TestDatabase;
  let ledger: Ledger;
  let hasty: Ledger;
  let lot: LotKey;

  before(async function () {
    this.timeout(60_000);
    bench = await faultBench();
    ({ database, ledger, hasty } = bench);
  });
  after(() => bench.close());
  beforeEach(async () => {
    lot = await madeLot(ledger, 4);
  });
  afterEach(() => failCommands(database, 'off'));

  /** Six that want one of four, and one that wants too many. */
  const commands = () =>
    [1, 1, 1, 1, 1, 1, 9].map((quantity) => ({ quantity, command: commandOf(maker, quantity) }));
  const outcome = (of: Ledger, { quantity, command }: { quantity: number; command: Command }) =>
    outcomeOf(of.run(command, supply(lot, hospital, quantity)));
  const done = [...Array(4).fill('accepted'), ...Array(3).fill('conflict')];
  const receipts = () => database.db.collection('entries').countDocuments({ lot: lot.lot, type: 'received' });
  const transient = { errorCode: 112, errorLabels: ['TransientTransactionError'] };

  for (const [times, how] of [
    [2, 'as a whole'],
    [7, 'one by one'],
  ] as const) {
    it(`${times} times for nobody's fault is tried again ${how}, and each happens exactly once`, async () => {
      await failCommands(database, { times }, { ...transient, failCommands: ['update'] });
      const all = commands();
      expect(await Promise.all(all.map((one) => outcome(ledger, one)))).to.deep.equal(done);
      expect(await receipts()).to.equal(4);
      expect(await Promise.all(all.map((one) => outcome(ledger, one)))).to.deep.equal(done);
      expect(await receipts()).to.equal(4);
    });
  }

  it('since it takes the server too long is tried in halves', async () => {
    const client = new mongo.MongoClient(database.uri, { monitorCommands: true });
    const sent: number[] = [];
    client.on('commandStarted', ({ commandName, command }) => {
      if (commandName === 'insert' && command.insert === 'commands') sent.push(command.documents.length);
    });
    try {
      const watched = await playLedger(database, { client, db: client.db() });
      // As a transaction that has lived for too long.
      await failCommands(database, { times: 1 }, { failCommands: ['insert'], errorCode: 290 });
      const all = commands();
      expect(await Promise.all(all.map((one) => outcome(watched, one)))).to.deep.equal(done);
      // All seven together failed before it came to that.
      expect(sent).to.deep.equal([4, 3]);
    } finally {
      await client.close();
    }
  });

  it('in its commit is of unknown outcome for every command, refused ones too, until it is asked again', async () => {
    const broken = { failCommands: ['commitTransaction'], closeConnection: true };
    await failCommands(database, 'alwaysOn', broken);
    const all = commands();
    const told = await Promise.all(all.map((one) => outcome(hasty, one)));
    expect(told).to.deep.equal(all.map(() => 'service/outcome-unknown'));
    await failCommands(database, 'off');
    expect(await Promise.all(all.map((one) => outcome(ledger, one)))).to.deep.equal(done);
    expect(await receipts()).to.equal(4);
  });

  it('in its commit three times is committed once', async () => {
    await failCommands(
      database,
      { times: 3 },
      { failCommands: ['commitTransaction'], closeConnection: true },
    );
    const all = commands();
    expect(await Promise.all(all.map((one) => outcome(ledger, one)))).to.deep.equal(done);
    expect(await receipts()).to.equal(4);
  });

  it('until the deadline is given up, with nothing written of any command', async () => {
    await failCommands(database, 'alwaysOn', { ...transient, failCommands: ['insert'] });
    const all = commands();
    const told = await Promise.all(all.map((one) => outcome(hasty, one)));
    // Of the one that is just being tried then it is not known yet.
    expect(told.filter((code) => code === 'service/busy').length).to.be.within(all.length - 1, all.length);
    expect(told).to.satisfy(() => told.every((code) => /^service\/(busy|outcome-unknown)$/.test(code)));
    await failCommands(database, 'off');
    expect(await receipts()).to.equal(0);
    const ids = all.map(({ command }) => `${maker}/${command.id}`);
    const stored = database.db.collection<{ _id: string }>('commands');
    expect(await stored.countDocuments({ _id: { $in: ids } })).to.equal(0);
  });
});
