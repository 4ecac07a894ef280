import { once } from 'node:events';
import { expect } from 'chai';
import fc from 'fast-check';
import { mongo } from 'mongoose';
import { bulkOperation, type Write } from '../../src/database/write.ts';
import { TransactionView } from '../../src/ledger/view.ts';
import { type TestDatabase, testDatabase } from '../support/mongod.ts';

type Document = mongo.Document & { readonly _id: string };

const ids = ['a', 'b', 'c'] as const;
const colours = ['red', 'blue'] as const;

/** Something that one command does, or asks. */
type Act =
  | {
      readonly write: Omit<Exclude<Write, { insert: unknown }>, 'collection'> | { readonly insert: Document };
    }
  | { readonly by: '_id' | 'colour'; readonly values: readonly string[] }
  | { readonly query: string };

const id = fc.constantFrom(...ids);
const colour = fc.constantFrom(...colours);
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ by: fc.constant('_id' as const), values: fc.uniqueArray(id, { minLength: 1 }) }),
  fc.record({ by: fc.constant('colour' as const), values: fc.uniqueArray(colour, { minLength: 1 }) }),
  fc.record({ query: colour }),
  fc
    .tuple(id, colour)
    .map(([_id, of]) => ({ write: { insert: { _id, colour: of, n: 1, list: [], odd: undefined } } })),
  fc.tuple(id, colour).map(([_id, of]) => updating(_id, { $set: { colour: of } })),
  id.map((_id) => updating(_id, { $inc: { n: 2 }, $set: { at: new Date(5) } })),
  id.map((_id) => updating(_id, { $unset: { colour: '' } })),
  fc
    .tuple(id, colour)
    .map(([_id, of]) => updating(_id, { $inc: { n: 1 }, $setOnInsert: { colour: of } }, true)),
  // What only the server can carry out.
  id.map((_id) => updating(_id, { $push: { list: 1 } })),
  id.map((_id) => updating(_id, { $set: { 'deep.field': 1 } })),
  id.map((_id) => updating(_id, [{ $set: { n: { $add: [{ $ifNull: ['$n', 0] }, 5] } } }])),
  fc.tuple(id, colour).map(([_id, of]) => ({
    write: { filter: { _id, colour: of }, update: { $set: { n: 9 } } },
  })),
);

function updating(_id: string, update: mongo.Document, upsert = false): Act {
  return { write: { filter: { _id }, update, upsert } };
}

/** What a transaction sees must be what it would see if every write were sent at once. */
describe('the view of a transaction', () => {
  let database: TestDatabase;
  before(async () => {
    database = await testDatabase();
    for (const name of ['seen', 'sent']) {
      await collection(name).insertMany([
        { _id: 'a', colour: 'red', n: 1 },
        { _id: 'b', colour: 'blue', n: 3, list: [] },
      ]);
    }
  });
  after(() => database.drop());

  const collection = (name: string) => database.db.collection<Document>(name);

  /** @returns what is there after the acts. */
  const play = async (acts: readonly Act[]) => {
    const session = database.client.startSession();
    session.startTransaction();
    const view = new TransactionView(database.db, session, 'shared');
    try {
      for (const one of acts) await perform(one, view, session);
      await view.flush();
      const seen = await all('seen', session);
      const sent = await all('sent', session);
      expect(seen).to.deep.equal(sent);
    } finally {
      await session.abortTransaction();
      await session.endSession();
    }
  };

  const perform = async (one: Act, view: TransactionView, session: mongo.ClientSession) => {
    const sent = collection('sent');
    if ('by' in one) {
      const found = await view.where('seen', one.by, one.values);
      expect(sorted(found)).to.deep.equal(
        sorted(await sent.find({ [one.by]: { $in: [...one.values] } }, { session }).toArray()),
      );
    } else if ('query' in one) {
      const filter = { colour: one.query, n: { $gt: 1 } };
      const found = await view.query(['seen'], (db, own) =>
        db.collection<Document>('seen').find(filter, { session: own }).toArray(),
      );
      expect(sorted(found)).to.deep.equal(sorted(await sent.find(filter, { session }).toArray()));
    } else {
      // What the server would refuse, or what finds nothing, ends a transaction; that is not the question here.
      const { write } = one;
      const _id = 'insert' in write ? write.insert._id : String(write.filter._id);
      const there = await sent.findOne({ ...('insert' in write ? {} : write.filter), _id }, { session });
      if ('insert' in write ? there !== null : there === null && write.upsert !== true) return;
      view.write([{ collection: 'seen', ...write }]);
      await sent.bulkWrite([bulkOperation({ collection: 'sent', ...write })] as never, { session });
    }
  };

  const all = async (name: string, session: mongo.ClientSession) =>
    sorted(await collection(name).find({}, { session }).toArray());
  const sorted = (documents: readonly mongo.Document[]) =>
    [...documents].map(fieldsInOrder).sort((a, b) => (a._id < b._id ? -1 : 1));
  /** Of a new document the server puts the fields of an update in its own order. */
  const fieldsInOrder = (document: mongo.Document): Document =>
    Object.fromEntries(Object.entries(document).sort(([a], [b]) => (a < b ? -1 : 1))) as Document;

  it('shows every write at once, and sends the same', async () => {
    await fc.assert(fc.asyncProperty(fc.array(act, { maxLength: 25 }), play), { numRuns: 100 });
  }).timeout(60_000);

  it('asks at once what is asked at the same time, and nothing twice', async () => {
    const commands: string[] = [];
    const spying = new Proxy(database.db, {
      get(target, name) {
        if (name === 'aggregate') commands.push('aggregate');
        if (name === 'collection') commands.push('find');
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const session = database.client.startSession();
    session.startTransaction();
    const view = new TransactionView(spying, session, 'shared');
    const ask = () =>
      Promise.all([
        view.where('seen', '_id', ['a', 'b']),
        view.where('seen', '_id', ['b', 'c']),
        view.where('sent', 'colour', ['red']),
      ]);
    await ask();
    await ask();
    expect(commands).to.deep.equal(['aggregate']);
    await session.abortTransaction();
    await session.endSession();
  });

  it('says which answers a later command has changed', async () => {
    const session = database.client.startSession();
    session.startTransaction();
    const view = new TransactionView(database.db, session, 'shared');
    const stale = async (write: Write, ask: readonly [field: string, value: string]) => {
      const [field, value] = ask;
      await view.where('seen', '_id', ['x']);
      await view.where('seen', field, [value]);
      const { time } = view;
      view.write([write]);
      return view.changedSince(time, { collection: 'seen', field, values: [value] });
    };
    const insert = (_id: string, of: string) => ({ collection: 'seen', insert: { _id, colour: of } });
    const change = (update: mongo.Document) => ({ collection: 'seen', filter: { _id: 'x' }, update });
    expect(await stale(insert('x', 'red'), ['_id', 'x'])).to.equal(true);
    expect(await stale(insert('y', 'red'), ['_id', 'x'])).to.equal(false);
    expect(await stale(insert('z', 'red'), ['colour', 'red'])).to.equal(true);
    expect(await stale(insert('w', 'blue'), ['colour', 'red'])).to.equal(false);
    expect(await stale(change({ $set: { n: 1 } }), ['colour', 'red'])).to.equal(true);
    expect(await stale(change({ $set: { colour: 'blue' } }), ['colour', 'red'])).to.equal(true);
    expect(await stale(change({ $push: { list: 1 } }), ['colour', 'green'])).to.equal(true);
    await session.abortTransaction();
    await session.endSession();
  });

  it('takes nothing over that it asked before a write of which only the server knows what comes of it', async () => {
    const client = new mongo.MongoClient(database.uri, { monitorCommands: true });
    const session = client.startSession();
    session.startTransaction();
    const view = new TransactionView(client.db(), session, 'shared');
    const asked = once(client, 'commandStarted');
    try {
      const early = view.where('seen', '_id', ['b']);
      await asked;
      view.write([{ collection: 'seen', filter: { _id: 'b' }, update: { $push: { list: 'since' } } }]);
      await early;
      expect((await view.where('seen', '_id', ['b']))[0]?.list).to.deep.equal(['since']);
    } finally {
      await session.abortTransaction();
      await client.close();
    }
  });

  it('gives its session to nobody where commands share it', () => {
    const session = database.client.startSession();
    expect(() => new TransactionView(database.db, session, 'shared').session).to.throw('asks its snapshot');
    expect(new TransactionView(database.db, session).session).to.equal(session);
  });
});
