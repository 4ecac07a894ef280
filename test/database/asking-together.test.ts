import { expect } from 'chai';
import { mongo } from 'mongoose';
import { AskingTogether } from '../../src/database/asking-together.ts';
import { allOf, documentsOf } from '../../src/database/documents.ts';
import { type TestDatabase, testDatabase } from '../support/mongod.ts';

type Named = { readonly _id: string; readonly name: string };

describe('what is asked together', () => {
  let database: TestDatabase;
  let client: mongo.MongoClient;
  let asking: AskingTogether;
  let sent: string[] = [];

  before(async () => {
    database = await testDatabase();
    client = new mongo.MongoClient(database.uri, { monitorCommands: true });
    client.on('commandStarted', ({ commandName }) => sent.push(commandName));
    asking = new AskingTogether(client.db());
    await collection('dogs').insertMany([
      { _id: '1', name: 'Ash' },
      { _id: '2', name: 'Bee' },
      { _id: '3', name: 'Ash' },
    ]);
    await collection('cats').insertOne({ _id: '1', name: 'Kit' });
  });
  after(async () => {
    await client.close();
    await database.drop();
  });
  beforeEach(() => {
    sent = [];
  });

  const collection = (name: string) => database.db.collection<Named>(name);
  const ids = (found: readonly Named[]) => found.map(({ _id }) => _id).sort();

  it('is one question, and each is answered what it asked and no more', async () => {
    const [dogs, named, cats, none] = await Promise.all([
      asking.where<Named>('dogs', '_id', ['1', '2', '1']),
      asking.where<Named>('dogs', 'name', ['Ash']),
      asking.where<Named>('cats', '_id', ['1']),
      asking.where<Named>('dogs', '_id', ['2', 'nobody']),
    ]);
    expect(sent).to.deep.equal(['aggregate']);
    expect([dogs, named, cats, none].map(ids)).to.deep.equal([['1', '2'], ['1', '3'], ['1'], ['2']]);
  });

  it('gathers while a question is under way, and is asked after it', async () => {
    const first = asking.where('dogs', '_id', ['1']);
    await new Promise((next) => setImmediate(next));
    await new Promise((next) => setImmediate(next));
    const others = [1, 2, 3].map(() => asking.where('cats', '_id', ['1']));
    await Promise.all([first, ...others]);
    expect(sent).to.deep.equal(['find', 'find']);
  });

  it('is asked afresh each time: what has just been ended is ended', async () => {
    const ask = async () => (await asking.where<Named>('dogs', '_id', ['4']))[0]?.name;
    await collection('dogs').insertOne({ _id: '4', name: 'Dot' });
    expect(await ask()).to.equal('Dot');
    await collection('dogs').updateOne({ _id: '4' }, { $set: { name: 'Eve' } });
    expect(await ask()).to.equal('Eve');
    await collection('dogs').deleteOne({ _id: '4' });
    expect(await ask()).to.equal(undefined);
  });

  it('fails for all who asked, and not for those who ask later', async () => {
    const wrong = asking.where('', '_id', ['1']);
    const beside = asking.where('dogs', '_id', ['1']);
    const outcomes = await Promise.allSettled([wrong, beside]);
    expect(outcomes.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected']);
    expect(await asking.where('dogs', '_id', ['1'])).to.have.length(1);
  });

  it('is asked by collection where it is much', async () => {
    const many = Array.from({ length: 600 }, (_, number) => String(number));
    const [dogs, cats] = await Promise.all([
      asking.where<Named>('dogs', '_id', many),
      asking.where<Named>('cats', '_id', many),
    ]);
    expect(sent).to.deep.equal(['find', 'find']);
    expect([ids(dogs), ids(cats)]).to.deep.equal([['1', '2', '3'], ['1']]);
  });

  it('in a session waits its turn, for a transaction takes one operation at a time', async () => {
    const session = client.startSession();
    session.startTransaction();
    const documents = documentsOf(client.db(), session);
    const found = await Promise.all(['1', '2', '3'].map((id) => documents.where<Named>('dogs', '_id', [id])));
    expect(found.map(ids)).to.deep.equal([['1'], ['2'], ['3']]);
    await session.abortTransaction();
    await session.endSession();
  });
});

describe('waiting for all', () => {
  it('leaves nothing under way, and tells what the first in order threw', async () => {
    let ended = false;
    const slow = new Promise<never>((_, reject) => {
      setTimeout(() => {
        ended = true;
        reject(new Error('slow'));
      }, 20);
    });
    const error = await allOf([slow, Promise.reject(new Error('quick'))]).catch(String);
    expect([error, ended]).to.deep.equal(['Error: slow', true]);
    expect(await allOf([Promise.resolve(1), Promise.resolve('two')])).to.deep.equal([1, 'two']);
  });
});
