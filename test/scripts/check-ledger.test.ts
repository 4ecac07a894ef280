import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { connectDatabase, type Database } from '../../src/database/connection.ts';
import { History, someActs } from '../support/ledger-history.ts';
import { playLedger, stapler } from '../support/ledger-play.ts';
import { startTestMongod, type TestMongod, testBinary } from '../support/mongod.ts';
import { runScript } from '../support/programs.ts';

describe('scripts/check-ledger', () => {
  let mongod: TestMongod;
  let database: Database;

  before(async function () {
    this.timeout(60_000);
    mongod = await startTestMongod();
    database = await connectDatabase({ uri: mongod.uri });
    const test = { ...database, uri: mongod.uri, drop: async () => undefined };
    await new History(await playLedger(test), test, stapler).play(someActs(7, 12));
  });
  after(async () => {
    await database.close();
    await mongod.remove();
  });

  const run = async (args: readonly string[], more: NodeJS.ProcessEnv = {}) => {
    const { path } = await testBinary();
    return runScript('check-ledger', args, { HOME: process.env.HOME, MONGOD_BINARY: path, ...more });
  };

  it('reads beside the service that has the data directory, and says that nothing differs', async () => {
    const { code, stdout, stderr } = await run(['--data-dir', mongod.directory]);
    expect(stderr).to.equal('');
    expect(stdout).to.match(/No differences\./);
    expect(code).to.equal(0);
    expect(await database.db.collection('events').countDocuments()).to.be.above(0);
  });

  it('ends with 1 and names what differs, for people and for programs, by URI too', async () => {
    const holdings = database.db.collection<{ _id: string }>('holdings');
    const held = await holdings.findOne({ 'balances.0': { $exists: true } } as never);
    await holdings.updateOne({ _id: held?._id ?? '' }, { $inc: { 'balances.0.quantity': 5 } } as never);
    const told = await run(['--data-dir', mongod.directory]);
    expect(told.code).to.equal(1);
    expect(told.stdout)
      .to.match(/1 × holding\/balances/)
      .and.to.include(held?._id);
    const json = await run(['--json'], { MONGODB_URI: mongod.uri });
    expect(json.code).to.equal(1);
    const report = JSON.parse(json.stdout);
    expect(report.differences).to.equal(2);
    expect(report.found[0].kind).to.equal('holding/balances');
    expect(report.cannotSee).to.match(/Merkle/);
  });

  it('opens the database itself where the service is not running, and closes it again', async function () {
    this.timeout(60_000);
    await database.close();
    await mongod.stop();
    const { code, stdout } = await run(['--data-dir', mongod.directory]);
    expect(stdout).to.match(/2 differences\./);
    expect(code).to.equal(1);
    const again = await run(['--data-dir', mongod.directory]);
    expect(again.code).to.equal(1);
  });

  it('ends with 2 where there is nothing to check, and makes nothing', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'pps-trace-test-'));
    const nowhere = await run(['--data-dir', empty]);
    expect(nowhere).to.include({ code: 2, stdout: '' });
    expect(nowhere.stderr).to.match(/^There is no database in .* --data-dir\.\n$/);
    await rm(empty, { recursive: true });
    expect(await run(['--wrong'])).to.include({ code: 2 });
    const unreachable = await run([], { MONGODB_URI: 'mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=200' });
    expect(unreachable.code).to.equal(2);
    expect(unreachable.stderr).to.match(/cannot be reached/);
  });
});
