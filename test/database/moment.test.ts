import { expect } from 'chai';
import { Moment } from '../../src/database/moment.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import { CannotStart } from '../../src/errors.ts';
import { type TestDatabase, testDatabase } from '../support/mongod.ts';

describe('reading as of one moment', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await testDatabase();
  });
  afterEach(() => database.drop());

  it('reads what several collections held together, however long it takes and who writes meanwhile', async () => {
    const { db, client } = database;
    const names = ['lefts', 'rights'] as const;
    for (const name of names) await db.createCollection(name);
    const writing = new AbortController();
    const pairs = async () => {
      while (!writing.signal.aborted) {
        await inTransaction(client, async (session) => {
          for (const name of names) await db.collection(name).insertOne({}, { session });
        });
      }
    };
    const writers = [pairs(), pairs()];
    for (let round = 0; round < 10; round += 1) {
      const [first, ...others] = await Moment.during(database, async (moment) => {
        const count = (name: string) => db.collection(name).countDocuments({}, moment.options());
        const atOnce = await Promise.all(names.map(count));
        let now = 0;
        while (now <= Math.max(...atOnce) + 1) now = await db.collection('lefts').countDocuments();
        return [...atOnce, (await db.collection('rights').find({}, moment.options()).toArray()).length];
      });
      expect(others).to.deep.equal([first, first]);
    }
    writing.abort();
    await Promise.all(writers);
  });

  it('says that an empty database has none', async () => {
    const error = await Moment.during(database, async () => undefined).catch((caught: unknown) => caught);
    expect(error)
      .to.be.instanceOf(CannotStart)
      .with.property('message', 'There is nothing of pps-trace in this database.');
  });
});
