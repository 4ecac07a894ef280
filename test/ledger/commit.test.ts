import { expect } from 'chai';
import { mongo } from 'mongoose';
import type { Ledger } from '../../src/ledger/run.ts';
import { failCommands } from '../support/fault-mongod.ts';
import { always, commandOf, maker, nextId, playLedger, production, stapler } from '../support/ledger-play.ts';
import type { TestDatabase } from '../support/mongod.ts';
import { type FaultBench, faultBench, outcomeOf } from './bench.ts';

/** Law 6: acknowledged means survived, and an unknown outcome is never told as "not done". */
describe('a commit', () => {
  let bench: FaultBench;
  let database: TestDatabase;
  let ledger: Ledger;
  let hasty: Ledger;

  before(async function () {
    this.timeout(60_000);
    bench = await faultBench();
    ({ database, ledger, hasty } = bench);
  });
  after(() => bench.close());
  afterEach(() => failCommands(database, 'off'));

  const made = () => {
    const lot = { gtin: stapler, lot: nextId() };
    return { command: commandOf(maker, lot), steps: always(production(lot, 1)), lot };
  };
  const eventsOf = (lot: string) => database.db.collection('entries').countDocuments({ lot });

  const faults: readonly (readonly [string, mongo.Document])[] = [
    ['whose connection breaks', { closeConnection: true }],
    [
      'that no majority confirms',
      {
        writeConcernError: {
          code: 64,
          codeName: 'WriteConcernFailed',
          errmsg: 'waiting for replication timed out',
        },
      },
    ],
    ['during an election', { errorCode: 11_602, errorLabels: ['RetryableWriteError'] }],
    ['that takes too long', { errorCode: 50 }],
  ];
  for (const [what, data] of faults) {
    // The driver tries a broken commit a second time by itself; three times is more than it hides.
    it(`${what} three times is tried again, and happens exactly once`, async () => {
      const { command, steps, lot } = made();
      await failCommands(database, { times: 3 }, { failCommands: ['commitTransaction'], ...data });
      const first = await ledger.run(command, steps);
      expect(await eventsOf(lot.lot)).to.equal(1);
      expect(await ledger.run(command, steps)).to.deep.equal(first);
      expect(await eventsOf(lot.lot)).to.equal(1);
    });

    it(`${what} until the deadline is of unknown outcome, and the same id then gets the answer`, async () => {
      const { command, steps, lot } = made();
      await failCommands(database, 'alwaysOn', { failCommands: ['commitTransaction'], ...data });
      expect(await outcomeOf(hasty.run(command, steps))).to.equal('service/outcome-unknown');
      await failCommands(database, 'off');
      const answered = await ledger.run(command, steps);
      expect(answered.answer).to.deep.equal({ done: true });
      expect(await eventsOf(lot.lot)).to.equal(1);
    });
  }

  it('that the server says did not happen is no unknown outcome: the whole command is tried again', async () => {
    const { command, steps, lot } = made();
    const data = {
      errorCode: 251,
      errorLabels: ['TransientTransactionError'],
      failCommands: ['commitTransaction'],
    };
    await failCommands(database, { times: 2 }, data);
    await ledger.run(command, steps);
    expect(await eventsOf(lot.lot)).to.equal(1);
  });

  const brokenOff: readonly (readonly [string, mongo.Document])[] = [
    ['its transaction had lived for too long', { errorCode: 290, errorLabels: [] }],
    ['somebody ended the operation', { errorCode: 11_601, errorLabels: [] }],
  ];
  for (const [why, data] of brokenOff) {
    it(`of a command that the server broke off because ${why} is tried again, without a label that says so`, async () => {
      const { command, steps, lot } = made();
      await failCommands(database, { times: 1 }, { failCommands: ['insert'], ...data });
      await ledger.run(command, steps);
      expect(await eventsOf(lot.lot)).to.equal(1);
    });
  }

  it('of a command that the driver gave up with an error of the system is tried again', async () => {
    const { command, steps, lot } = made();
    let broken = false;
    const load: typeof steps.load = async (snapshot, context) => {
      if (!broken) {
        broken = true;
        throw brokenPipe();
      }
      return steps.load(snapshot, context);
    };
    await ledger.run(command, { ...steps, load });
    expect(await eventsOf(lot.lot)).to.equal(1);
  });

  it('is given up when nothing was written until the deadline', async () => {
    const { command, steps, lot } = made();
    const data = { errorCode: 112, errorLabels: ['TransientTransactionError'], failCommands: ['insert'] };
    await failCommands(database, 'alwaysOn', data);
    expect(await outcomeOf(hasty.run(command, steps))).to.match(/^service\/(busy|outcome-unknown)$/);
    await failCommands(database, 'off');
    expect(await eventsOf(lot.lot)).to.equal(0);
  });

  const unlabelled = [
    ['finds no server', noServerAnswers],
    ['meets a broken socket', async () => brokenPipe()],
  ] as const;
  for (const [what, trouble] of unlabelled) {
    it(`that was carried out is not lost when the driver then ${what}, and puts no label on it`, async () => {
      const { command, steps, lot } = made();
      const error = await trouble();
      let lost = 0;
      // As the driver does when its own second try of a broken commit fails.
      const client = losing(database.client, async (commit) => {
        await commit();
        lost += 1;
        if (lost <= 2) throw error;
      });
      const unlucky = await playLedger(database, { client });
      const first = await unlucky.run(command, steps);
      expect(lost).to.equal(3);
      expect(await ledger.run(command, steps)).to.deep.equal(first);
      expect(await eventsOf(lot.lot)).to.equal(1);

      const other = made();
      const dead = losing(database.client, async (commit) => {
        await commit();
        throw error;
      });
      const hopeless = await playLedger(database, { client: dead, deadlineMs: 200 });
      expect(await outcomeOf(hopeless.run(other.command, other.steps))).to.equal('service/outcome-unknown');
      expect(await eventsOf(other.lot.lot)).to.equal(1);
    });
  }

  it('waits for a majority and the journal, and not without an end', async () => {
    const client = new mongo.MongoClient(database.uri, { monitorCommands: true });
    const sent: mongo.Document[] = [];
    client.on('commandStarted', ({ commandName, command }) => {
      if (commandName === 'commitTransaction') sent.push(command);
    });
    const { command, steps } = made();
    await (await playLedger(database, { client, db: client.db() })).run(command, steps);
    await client.close();
    expect(sent).to.have.length(1);
    expect(sent[0]?.writeConcern).to.include({ w: 'majority', j: true });
    expect(sent[0]?.maxTimeMS).to.be.within(1, 10_000);
  });
});

/** @returns the error of the driver where no server answers. */
async function noServerAnswers(): Promise<mongo.MongoServerSelectionError> {
  const client = new mongo.MongoClient('mongodb://127.0.0.1:1/', { serverSelectionTimeoutMS: 50 });
  const error = await client.connect().catch((thrown: unknown) => thrown);
  await client.close();
  if (error instanceof mongo.MongoServerSelectionError) return error;
  throw new Error('somebody answers at port 1');
}

/** As node says it, and the driver lets it through, where a command waits for room in a socket that breaks. */
function brokenPipe(): Error {
  return Object.assign(new Error('This socket has been ended by the other party'), { code: 'EPIPE' });
}

type Commit = (commit: () => Promise<void>) => Promise<void>;

/** @returns a client whose sessions commit as the test wants. */
function losing(client: mongo.MongoClient, around: Commit): mongo.MongoClient {
  return new Proxy(client, {
    get(target, name) {
      if (name !== 'startSession') return Reflect.get(target, name, target);
      return (options: mongo.ClientSessionOptions) => {
        const session = target.startSession(options);
        const commit = session.commitTransaction.bind(session);
        session.commitTransaction = () => around(commit);
        return session;
      };
    },
  });
}
