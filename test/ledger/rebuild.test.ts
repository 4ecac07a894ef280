import { expect } from 'chai';
import type { mongo } from 'mongoose';
import { lotId } from '../../src/ledger/event.ts';
import { eventsInOrder } from '../../src/ledger/event-order.ts';
import { rebuild } from '../../src/ledger/rebuild.ts';
import type { Ledger } from '../../src/ledger/run.ts';
import { History, someActs } from '../support/ledger-history.ts';
import {
  always,
  commandOf,
  maker,
  nextId,
  playLedger,
  production,
  projectors,
  stapler,
} from '../support/ledger-play.ts';
import { type TestDatabase, testDatabase } from '../support/mongod.ts';

const derived = ['holdings', 'units', 'lots', 'productStandings'];

describe('a rebuild', () => {
  let database: TestDatabase;
  let ledger: Ledger;
  let right: Record<string, mongo.Document[]>;

  before(async function () {
    this.timeout(60_000);
    database = await testDatabase();
    ledger = await playLedger(database);
    for (const seed of [1, 2, 3]) {
      await new History(ledger, database, String(40_000_000_000_000 + seed)).play(someActs(seed, 40));
    }
    right = await stored();
  });
  after(() => database.drop());

  const stored = async () => {
    const found = derived.map(async (name) => [
      name,
      await database.db.collection(name).find().sort({ _id: 1 }).toArray(),
    ]);
    return Object.fromEntries(await Promise.all(found)) as Record<string, mongo.Document[]>;
  };
  const run = () => rebuild({ db: database.db, ids: { uuid: nextId }, projectors });
  const collection = (name: string) => database.db.collection<{ _id: string } & mongo.Document>(name);

  it('of what is right changes nothing', async () => {
    const report = await run();
    expect(report.holdings).to.include({ restored: 0 }).and.to.have.property('seen', right.holdings?.length);
    expect(report.units).to.deep.equal({ seen: right.units?.length, restored: 0 });
    expect(report.projections.restored).to.equal(0);
    expect(await stored()).to.deep.equal(right);
  });

  it('puts right what was changed, what is missing and what is too much', async () => {
    const holdings = collection('holdings');
    const [first, second] = await holdings.find({ fences: [] }).toArray();
    await holdings.updateOne({ _id: first?._id ?? '' }, { $set: { balances: [] } });
    await holdings.deleteOne({ _id: second?._id ?? '' });
    await holdings.insertOne({ ...first, _id: 'nobody/1/L', organisation: 'nobody', version: 1 });
    const units = collection('units');
    const [unit, gone] = await units.find().toArray();
    await units.updateOne(
      { _id: unit?._id ?? '' },
      { $inc: { uses: 1 }, $set: { 'at.account': 'destroyed' } },
    );
    await units.deleteOne({ _id: gone?._id ?? '' });
    await collection('lots').updateMany({}, { $set: { restrictions: [], standing: 'released' } });
    await collection('productStandings').deleteMany({});

    const report = await run();
    expect(report.holdings.restored).to.equal(3);
    expect(report.units.restored).to.equal(2);
    const after = await stored();
    expect(after.holdings).to.deep.equal(right.holdings);
    expect(after.units).to.deep.equal(right.units);
    expect(after.lots).to.deep.equal(right.lots);
    const restrictions = (documents: mongo.Document[] | undefined) =>
      documents?.map((one) => one.restrictions);
    expect(restrictions(after.productStandings)).to.deep.equal(restrictions(right.productStandings));
  });

  it('never lets a version fall back, and keeps the marks of fences', async () => {
    const fenced = await collection('holdings').findOne({ 'fences.0': { $exists: true } });
    const id = fenced?._id ?? '';
    await collection('holdings').updateOne({ _id: id }, { $set: { version: 1_000, balances: [] } });
    await run();
    expect(await collection('holdings').findOne({ _id: id })).to.deep.equal({ ...fenced, version: 1_000 });
  });

  it('puts right a holding that says that it is of another lot, and removes one of no lot', async () => {
    const holding = await collection('holdings').findOne({});
    const id = holding?._id ?? '';
    await collection('holdings').updateOne({ _id: id }, { $set: { lotId: 'another/LOT' } });
    await collection('holdings').insertOne({ ...holding, _id: 'of nothing', lotId: 'of/NOTHING' });
    expect((await run()).holdings).to.include({ restored: 2 });
    expect(await collection('holdings').findOne({ _id: id })).to.deep.equal(holding);
    expect(await collection('holdings').countDocuments({ _id: 'of nothing' })).to.equal(0);
  });

  it('of holdings may run beside the service: what is written meanwhile is not undone', async () => {
    const lot = { gtin: stapler, lot: nextId() };
    const make = () => ledger.run(commandOf(maker, 1), always(production(lot, 1)));
    await make();
    await collection('holdings').updateOne({ lotId: lotId(lot) }, { $set: { balances: [] } });
    let overtaken = false;
    const overtake = async () => {
      if (!overtaken) await make();
      overtaken = true;
    };
    const { rebuildHoldings } = await import('../../src/ledger/rebuild-books.ts');
    const slow = beforeReading(database.db, 'events', overtake);
    expect((await rebuildHoldings(slow, async () => undefined)).restored).to.equal(1);
    const holding = await collection('holdings').findOne({ lotId: lotId(lot) });
    expect(holding).to.include({ version: 2 });
    expect((await run()).holdings.restored).to.equal(0);
  });

  it('is refused while another runs', async () => {
    const outcomes = await Promise.allSettled([run(), run()]);
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused.map(({ reason }) => String(reason))).to.deep.equal([
      'Error: another rebuild is running, or was killed less than a minute ago',
    ]);
    await run();
  });

  it('says that events came in meanwhile, and leaves the projections as they were', async () => {
    let written = false;
    const slipping = async () => {
      if (written) return;
      written = true;
      await ledger.run(commandOf(maker, 1), always(production({ gtin: stapler, lot: nextId() }, 1)));
    };
    const { rebuildProjections } = await import('../../src/ledger/rebuild-projections.ts');
    const error = await rebuildProjections(database.db, projectors, {}, slipping).catch(String);
    expect(error).to.match(/events came in/);
  });

  it('replays events in the order in which they were built on each other, whatever their clocks said', async () => {
    const made = collection('entries').find({
      'holdings.organisation': maker,
      lotId: '40000000000001/COUNTED',
    });
    const byVersion = (await made.toArray())
      .map(({ event, holdings }) => ({ event, version: versionAt(holdings, maker) }))
      .sort((a, b) => a.version - b.version)
      .map(({ event }) => String(event));
    const [first = '', second = ''] = byVersion;
    // As if the second had waited for the first with an earlier time of record in its hands.
    const events = collection('events');
    const before = await events.findOne({ _id: second });
    const earliest = await events.findOne({ _id: first });
    const earlier = new Date(Date.parse(earliest?.recordTime) - 30_000).toISOString();
    await events.updateOne({ _id: second }, { $set: { recordTime: earlier } });

    const replayed: string[] = [];
    for await (const { id } of eventsInOrder(database.db)) replayed.push(id);
    await events.updateOne({ _id: second }, { $set: { recordTime: before?.recordTime } });
    expect(new Set(replayed).size).to.equal(await events.countDocuments());
    expect(replayed).to.have.length(await events.countDocuments());
    expect(replayed.indexOf(second)).to.be.above(replayed.indexOf(first));
    for (const positions of await positionsOfHoldings(replayed)) {
      expect(positions).to.deep.equal([...positions].sort((a, b) => a - b));
    }
  });

  /** @returns for each holding where in the replay its events came, by version. */
  const positionsOfHoldings = async (replayed: readonly string[]) => {
    const written = await collection('entries')
      .aggregate<{ events: string[] }>([
        { $unwind: '$holdings' },
        { $sort: { 'holdings.version': 1 } },
        {
          $group: {
            _id: { lot: '$lotId', organisation: '$holdings.organisation' },
            events: { $push: '$event' },
          },
        },
      ])
      .toArray();
    return written.map(({ events }) => events.map((event) => replayed.indexOf(event)));
  };
});

/** @returns the database, where something happens before a collection is read. */
function beforeReading(db: mongo.Db, name: string, act: () => Promise<void>): mongo.Db {
  const slow = (collection: mongo.Collection) =>
    new Proxy(collection, {
      get: (target, property) =>
        property !== 'find'
          ? Reflect.get(target, property)
          : async function* (filter: mongo.Document, options: mongo.FindOptions) {
              await act();
              yield* target.find(filter, options);
            },
    });
  return new Proxy(db, {
    get: (target, property) =>
      property !== 'collection'
        ? Reflect.get(target, property)
        : (wanted: string) => (wanted === name ? slow(target.collection(wanted)) : target.collection(wanted)),
  });
}

function versionAt(holdings: readonly mongo.Document[], organisation: string): number {
  return Number(holdings.find((one) => one.organisation === organisation)?.version);
}
