import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { systemClock, systemIds } from '../../src/clock.ts';
import { type Migration, runMigrations } from '../../src/database/migrations.ts';
import { CannotStart } from '../../src/errors.ts';
import { type TestDatabase, testDatabase } from '../support/mongod.ts';

const options = { clock: systemClock, ids: systemIds };

describe('migrations', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await testDatabase();
  });
  afterEach(() => database.drop());

  /** Steps that write down that they ran. */
  const step = (id: string, work: () => Promise<void> = async () => undefined): Migration => ({
    id,
    run: async (db) => {
      await work();
      await db.collection<{ step: string }>('ran').insertOne({ step: id });
    },
  });
  const ran = async () => {
    const all = await database.db.collection('ran').find().toArray();
    return all.map((one): unknown => one.step);
  };

  it('runs each step once, in order, over several starts', async () => {
    expect(await runMigrations(database.db, [step('a'), step('b')], options)).to.deep.equal(['a', 'b']);
    const grown = [step('a'), step('b'), step('c')];
    expect(await runMigrations(database.db, grown, options)).to.deep.equal(['c']);
    expect(await runMigrations(database.db, grown, options)).to.deep.equal([]);
    expect(await ran()).to.deep.equal(['a', 'b', 'c']);
  });

  it('lets one of several processes run a step while the others wait for it', async () => {
    let atWork = 0;
    let mostAtWork = 0;
    const slow = step('slow', async () => {
      atWork += 1;
      mostAtWork = Math.max(mostAtWork, atWork);
      await sleep(300);
      atWork -= 1;
    });
    const starts = await Promise.all(
      Array.from({ length: 8 }, () => runMigrations(database.db, [slow], options)),
    );
    expect(starts.flat()).to.deep.equal(['slow']);
    expect(mostAtWork).to.equal(1);
    expect(await ran()).to.deep.equal(['slow']);
  });

  it('keeps its lock for longer than a lease while it works', async () => {
    const slow = step('slow', () => sleep(2_500));
    const starts = await Promise.all([
      runMigrations(database.db, [slow], { ...options, leaseSeconds: 1 }),
      runMigrations(database.db, [slow], { ...options, leaseSeconds: 1 }),
    ]);
    expect(starts.flat()).to.deep.equal(['slow']);
  });

  it('takes over the lock of a process that was killed, once its lease has run out', async () => {
    const expiresAt = new Date(Date.now() + 1_000);
    await database.db.collection<{ _id: string; holder: string; expiresAt: Date }>('locks').insertOne({
      _id: 'migrations',
      holder: 'killed',
      expiresAt,
    });
    expect(await runMigrations(database.db, [step('a')], options)).to.deep.equal(['a']);
    expect(Date.now()).to.be.at.least(expiresAt.getTime());
  });

  it('gives up with a sentence when the other process never finishes', async () => {
    const locks = database.db.collection<{ _id: string; holder: string; expiresAt: Date }>('locks');
    await locks.insertOne({ _id: 'migrations', holder: 'other', expiresAt: new Date('2999-01-01') });
    const refusal = await runMigrations(database.db, [step('a')], { ...options, waitSeconds: 0.5 }).catch(
      (error: unknown) => error,
    );
    expect(refusal).to.be.instanceOf(CannotStart);
    expect(await locks.countDocuments({ holder: 'other' })).to.equal(1);
    expect(await ran()).to.deep.equal([]);
  });

  it('leaves a step that failed, and all after it, for the next start', async () => {
    let broken = true;
    const list = [
      step('a'),
      step('b', async () => {
        if (broken) throw new Error('disk full');
      }),
      step('c'),
    ];
    const failure = await runMigrations(database.db, list, options).catch((error: unknown) => error);
    expect(String(failure)).to.match(/disk full/);
    expect(await ran()).to.deep.equal(['a']);
    broken = false;
    expect(await runMigrations(database.db, list, options)).to.deep.equal(['b', 'c']);
  });

  it('refuses a database that a newer version has changed', async () => {
    await runMigrations(database.db, [step('a'), step('newer')], options);
    const refusal = await runMigrations(database.db, [step('a')], options).catch((error: unknown) => error);
    expect(refusal).to.be.instanceOf(CannotStart);
    expect(String(refusal)).to.match(/newer version/);
  });

  it('refuses two steps of one name', async () => {
    const refusal = await runMigrations(database.db, [step('a'), step('a')], options).catch(
      (error: unknown) => error,
    );
    expect(String(refusal)).to.match(/two migrations are called a/);
  });
});
