import { expect } from 'chai';
import mongoose from 'mongoose';
import { connectDatabase, transactionLifetimeSeconds } from '../../src/database/connection.ts';
import { CannotStart } from '../../src/errors.ts';
import { dropTestDatabase, type TestDatabase, testDatabase } from '../support/mongod.ts';

describe('the connection', () => {
  let database: TestDatabase;

  before(async () => {
    database = await testDatabase();
  });
  after(() => database.drop());

  it('writes with a majority and the journal, and reads what a majority has', () => {
    expect(database.db.writeConcern).to.include({ w: 'majority', journal: true });
    expect(database.db.readConcern?.level).to.equal('majority');
  });

  it('makes neither collections nor indexes on its own', async () => {
    const schema = new mongoose.Schema({ name: { type: String, index: true } });
    const model = database.connection.model('Quiet', schema);
    await model.init();
    expect(await database.db.listCollections().toArray()).to.deep.equal([]);
  });

  it('takes no operator out of a value that a request brought', async () => {
    const model = database.connection.model('Account', new mongoose.Schema({ password: String }));
    await model.create({ password: 'secret' });
    const found = await model.findOne(JSON.parse('{"password": {"$ne": null}}')).then(
      () => 'found',
      (error: unknown) => (error instanceof mongoose.Error.CastError ? 'refused' : error),
    );
    expect(found).to.equal('refused');
  });

  it('refuses a filter with a misspelt path, which would otherwise match everything', async () => {
    const model = database.connection.model('Lot', new mongoose.Schema({ lot: String }));
    const refusal = await model.deleteMany({ lto: '1' }).catch((error: unknown) => error);
    expect(refusal).to.be.instanceOf(mongoose.Error.StrictModeError);
  });

  it('runs transactions', async () => {
    await database.client.withSession((session) =>
      session.withTransaction(() => database.db.collection('facts').insertOne({ a: 1 }, { session })),
    );
    expect(await database.db.collection('facts').countDocuments()).to.equal(1);
  });

  it('finds the lifetime of transactions that the embedded database was started with', async () => {
    expect(await transactionLifetimeSeconds(database.client)).to.equal(5);
  });

  it('says in a sentence that nothing answers', async () => {
    const refusal = await connectDatabase({
      uri: 'mongodb://127.0.0.1:1/?replicaSet=x',
      patienceMs: 300,
    }).catch((error: unknown) => error);
    expect(refusal).to.be.instanceOf(CannotStart);
    expect(String(refusal)).to.match(/cannot be reached .* MONGODB_URI/);
  });

  it('is never dropped by the cleaner when it is not a test database', async () => {
    const real = { db: database.client.db('pps-trace') };
    const refusal = await dropTestDatabase(real).catch((error: unknown) => error);
    expect(String(refusal)).to.match(/refusing/);
  });
});
