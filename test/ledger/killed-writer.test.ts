import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { lotId } from '../../src/ledger/event.ts';
import { raiseFence } from '../../src/ledger/fence.ts';
import type { Ledger } from '../../src/ledger/run.ts';
import { commandOf, maker, playLedger, supply } from '../support/ledger-play.ts';
import { type TestDatabase, testDatabase } from '../support/mongod.ts';
import { madeLot } from './bench.ts';

const hospital = 'organisation-hospital';
const script = fileURLToPath(new URL('../support/parked-writer.ts', import.meta.url));

describe('a writer that is killed in the middle of its transaction', () => {
  let database: TestDatabase;
  let ledger: Ledger;
  const writers: ChildProcess[] = [];

  before(async () => {
    database = await testDatabase();
    ledger = await playLedger(database);
  });
  afterEach(() => {
    for (const writer of writers) writer.kill('SIGKILL');
  });
  after(() => database.drop());

  /** @returns a lot whose holdings a killed writer has locked. */
  const locked = async () => {
    const lot = await madeLot(ledger, 2);
    await ledger.run(commandOf(maker, 2), supply(lot, hospital, 1));
    const writer = spawn(process.execPath, [script, database.uri, lot.lot, hospital], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    writers.push(writer);
    const [said] = await once(writer.stdout, 'data');
    expect(String(said)).to.equal('parked\n');
    writer.kill('SIGKILL');
    await once(writer, 'exit');
    return lot;
  };

  it('leaves nothing, and its lot can be written again within 10 seconds', async () => {
    const lot = await locked();
    const startedAt = performance.now();
    // Ten seconds are the ledger's own deadline: it waits by itself.
    await ledger.run(commandOf(maker, 3), supply(lot, hospital, 1));
    expect(performance.now() - startedAt).to.be.within(500, 10_000);
    const entries = await database.db.collection('entries').countDocuments({ lotId: lotId(lot) });
    expect(entries).to.equal(3);
  });

  it('keeps a fence waiting no longer than that', async () => {
    const lot = await locked();
    const startedAt = performance.now();
    const session = database.client.startSession();
    const { fenced } = await raiseFence(
      database.db,
      session,
      { lotIds: [lotId(lot)], gtins: [] },
      'recall/1',
    );
    await session.endSession();
    expect(fenced).to.equal(2);
    expect(performance.now() - startedAt).to.be.within(500, 10_000);
  });
});
