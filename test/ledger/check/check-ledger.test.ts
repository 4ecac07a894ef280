import { expect } from 'chai';
import { mongo } from 'mongoose';
import { checkLedger, describeReport } from '../../../src/ledger/check/check-ledger.ts';
import { examplesAtMost, type FindingKind } from '../../../src/ledger/check/findings.ts';
import { contentHash } from '../../../src/ledger/content-hash.ts';
import { lotId } from '../../../src/ledger/event.ts';
import { raiseFence } from '../../../src/ledger/fence.ts';
import type { Ledger } from '../../../src/ledger/run.ts';
import { History, someActs } from '../../support/ledger-history.ts';
import {
  always,
  commandOf,
  correct,
  draft,
  holdOf,
  liftOf,
  maker,
  nextId,
  nothing,
  playLedger,
  production,
  recallOf,
  stapler,
  supply,
  use,
} from '../../support/ledger-play.ts';
import { type TestDatabase, testDatabase } from '../../support/mongod.ts';

type Raw = mongo.Document & { _id: string };
const hospital = 'hospital-a';

describe('the check of the ledger', () => {
  let database: TestDatabase;
  let ledger: Ledger;

  before(async function () {
    this.timeout(60_000);
    database = await testDatabase();
    ledger = await playLedger(database);
    for (const seed of [11, 12]) {
      await new History(ledger, database, String(50_000_000_000_000 + seed)).play(someActs(seed, 40));
    }
    // Of each kind of document one at least that the tampering below wants.
    const lot = { gtin: stapler, lot: 'KNOWN' };
    await ledger.run(
      commandOf(maker, 1),
      always(production(lot, 2, { serials: ['a', 'b'], sterilisationLot: 'S1' })),
    );
    await ledger.run(commandOf(maker, 2), supply(lot, hospital, 1, ['a']));
    const { events } = await ledger.run(commandOf(hospital, 3), use(hospital, lot, { serial: 'a' }));
    await ledger.run(commandOf(hospital, 4), correct(hospital, events[0] ?? ''));
    await fencedRecall(lot);
    await ledger.run(commandOf(hospital, 5), use(hospital, lot, { serial: 'a' }));
  });
  after(() => database.drop());

  const collection = (name: string) => database.db.collection<Raw>(name);
  const check = () => checkLedger(database.db);
  const kinds = async () => (await check()).found.map(({ kind }) => kind).sort();

  const fence = async (lot: { gtin: string; lot: string }, reference: string) => {
    const session = database.client.startSession();
    await raiseFence(database.db, session, { lotIds: [lotId(lot)], gtins: [] }, reference);
    await session.endSession();
  };
  const fencedRecall = async (lot: { gtin: string; lot: string }) => {
    const id = nextId();
    await ledger.run(commandOf(maker, id), always(recallOf(id, [lot])));
    await fence(lot, `${id}/1`);
    return id;
  };

  /** Does something to the database by hand, sees what the check says, and puts everything back. */
  const afterTampering = async (names: readonly string[], tamper: () => Promise<unknown>) => {
    const before = await Promise.all(names.map((name) => collection(name).find().toArray()));
    try {
      await tamper();
      return await check();
    } finally {
      for (const [index, name] of names.entries()) {
        await collection(name).deleteMany({});
        await collection(name).insertMany(before[index] ?? []);
      }
    }
  };

  it('finds nothing after histories of all kinds, and proves uses', async () => {
    const report = await check();
    expect(report.found).to.deep.equal([]);
    expect(report.differences).to.equal(0);
    expect(report.usesProved).to.be.above(5);
    expect(report.events).to.equal(await collection('events').countDocuments());
    expect(describeReport(report))
      .to.match(/No differences\./)
      .and.to.match(/cannot see an event that was deleted together/);
  });

  it('finds nothing when it reads as of one moment, beside a service that writes', async () => {
    const session = database.client.startSession({ snapshot: true });
    const lot = { gtin: stapler, lot: 'BUSY' };
    await ledger.run(commandOf(maker, 1), always(production(lot, 50)));
    const busy = Array.from({ length: 30 }, () =>
      ledger.run(commandOf(maker, nextId()), supply(lot, hospital, 1)),
    );
    const [report] = await Promise.all([checkLedger(database.db, session), ...busy]);
    await session.endSession();
    expect(report.found).to.deep.equal([]);
  });

  it('is left clean by its tests', async () => {
    await afterTampering(['events', 'holdings'], () => collection('events').deleteMany({}));
    expect(await kinds()).to.deep.equal([]);
  });

  const one = (name: string, filter: mongo.Filter<Raw>, update: mongo.UpdateFilter<Raw>) => () =>
    collection(name).updateOne(filter, update);
  const gone =
    (name: string, filter: mongo.Filter<Raw> = {}) =>
    () =>
      collection(name).deleteOne(filter);
  const copied = (name: string, change: object) => async () => {
    const document = await collection(name).findOne({});
    await collection(name).insertOne({ ...document, ...change } as Raw);
  };
  /** An event that is edited, and hashed anew: the hash says nothing then, but what follows from it does. */
  const rehashed = (filter: mongo.Filter<Raw>, edit: (event: mongo.Document) => object) => async () => {
    const stored = await collection('events').findOne(filter);
    if (stored === null) throw new Error('no such event');
    const { _id, contentHash: _hash, ...event } = stored;
    const edited = { ...event, ...edit(event) };
    await collection('events').replaceOne({ _id }, { ...edited, contentHash: contentHash(edited) } as never);
  };

  const used = { type: 'used' };
  /** The receipt of a unit that was used afterwards: without it, the shelf from which it was used had nothing. */
  const withSerial = { 'transfers.serials': 'a', type: 'received' };
  const tampering: readonly (readonly [string, string, () => Promise<unknown>, readonly FindingKind[]])[] = [
    [
      'a balance',
      'holdings',
      one('holdings', { 'balances.0': { $exists: true } }, { $inc: { 'balances.0.quantity': 1 } }),
      ['holding/balances', 'lot/not-zero'],
    ],
    [
      'a balance on both sides',
      'holdings',
      one('holdings', { organisation: maker, lot: 'KNOWN' }, { $set: { balances: [] } }),
      ['holding/balances', 'lot/not-zero'],
    ],
    [
      "a balance's title",
      'holdings',
      one('holdings', { 'balances.0': { $exists: true } }, { $set: { 'balances.0.title.owner': 'thief' } }),
      ['holding/balances'],
    ],
    [
      'a holding taken away',
      'holdings',
      gone('holdings', { organisation: maker, lot: 'KNOWN' }),
      ['holding/missing', 'lot/not-zero'],
    ],
    [
      'a holding made up',
      'holdings',
      copied('holdings', { _id: 'nobody/1/L' }),
      ['holding/extra', 'lot/not-zero'],
    ],
    ["a holding's version", 'holdings', one('holdings', {}, { $inc: { version: 1 } }), ['holding/versions']],
    [
      "a holding's owner",
      'holdings',
      one('holdings', {}, { $set: { organisation: 'other' } }),
      ['holding/fields'],
    ],
    [
      'a mark of a fence taken away',
      'holdings',
      one('holdings', { lot: 'KNOWN', organisation: maker }, { $set: { fences: [] } }),
      ['holding/versions'],
    ],
    [
      "an entry's quantity",
      'entries',
      one('entries', { type: 'received' }, { $inc: { 'transfers.0.quantity': 1 } }),
      ['entry/differs'],
    ],
    [
      "an entry's date copy",
      'entries',
      one('entries', {}, { $set: { recordedAt: new Date(0) } }),
      ['entry/differs'],
    ],
    [
      "an entry's deviation",
      'entries',
      one('entries', used, { $set: { 'uses.0.deviations': [] } }),
      ['entry/differs'],
    ],
    ["an entry's parties", 'entries', one('entries', {}, { $set: { parties: [] } }), ['entry/differs']],
    [
      "an entry's version",
      'entries',
      one('entries', { 'holdings.0': { $exists: true } }, { $inc: { 'holdings.0.version': 100 } }),
      ['holding/versions'],
    ],
    [
      "an entry's unit",
      'entries',
      one('entries', { type: 'received', lot: 'KNOWN' }, { $set: { units: [] } }),
      ['entry/differs', 'unit/versions'],
    ],
    [
      'an entry taken away',
      'entries',
      gone('entries', { type: 'received', 'units.0': { $exists: false } }),
      ['entry/missing', 'holding/versions'],
    ],
    [
      'an entry made up',
      'entries',
      copied('entries', { _id: 'made-up', holdings: [], units: [] }),
      ['entry/extra'],
    ],
    [
      'an entry of an event that never was',
      'entries',
      copied('entries', { _id: 'made-up', event: 'never', holdings: [], units: [] }),
      ['entry/extra'],
    ],
    [
      "an event's time",
      'events',
      one('events', used, { $set: { eventTime: '2026-02-01T08:00:00+08:00' } }),
      ['entry/differs', 'event/hash'],
    ],
    [
      "an event's writer",
      'events',
      one('events', { type: 'lotHeld' }, { $set: { actor: 'somebody' } }),
      ['command/differs', 'entry/differs', 'event/hash'],
    ],
    [
      "an event's details",
      'events',
      one('events', used, { $set: { 'details.surgeon': 'other' } }),
      ['event/hash'],
    ],
    [
      "an event's own hash",
      'events',
      one('events', used, { $set: { contentHash: nothing } }),
      ['event/hash'],
    ],
    [
      "a patient's name in an event, hashed anew",
      'events',
      rehashed(used, ({ details }) => ({ details: { ...details, patientName: '张三' } })),
      ['event/fields'],
    ],
    [
      'a name deep in an event, hashed anew',
      'events',
      rehashed(used, ({ uses }) => ({ uses: [{ ...uses[0], patient: { name: 'Zhang' } }] })),
      ['entry/differs', 'event/fields'],
    ],
    [
      'a quantity in an event, hashed anew',
      'events',
      rehashed({ type: 'received', 'transfers.serials': { $exists: false } }, ({ transfers }) => ({
        transfers: [{ ...transfers[0], quantity: 7_777 }],
      })),
      ['balance/sign', 'entry/differs', 'holding/balances'],
    ],
    [
      'a quantity that is no number',
      'events',
      one('events', withSerial, { $set: { 'transfers.0.quantity': '1' } }),
      ['balance/sign', 'entry/differs', 'event/hash', 'event/malformed', 'holding/balances'],
    ],
    [
      'an event without its lists',
      'events',
      one('events', withSerial, { $set: { transfers: null } }),
      ['balance/sign', 'event/fields', 'event/hash', 'event/malformed', 'holding/balances'],
    ],
    [
      'an event taken away',
      'events',
      gone('events', withSerial),
      ['balance/sign', 'command/event-missing', 'entry/extra', 'holding/balances'],
    ],
    [
      'an event slipped in',
      'events',
      copied('events', { _id: 'slipped', id: 'slipped' }),
      ['entry/missing', 'event/hash', 'event/without-command', 'holding/balances'],
    ],
    [
      "a unit's place",
      'units',
      one('units', { serial: 'a' }, { $set: { 'at.account': 'destroyed' } }),
      ['unit/differs'],
    ],
    ["a unit's uses", 'units', one('units', { serial: 'a' }, { $inc: { uses: 1 } }), ['unit/differs']],
    ["a unit's lot", 'units', one('units', { serial: 'a' }, { $set: { lot: 'OTHER' } }), ['unit/differs']],
    ["a unit's version", 'units', one('units', { serial: 'a' }, { $inc: { version: 1 } }), ['unit/versions']],
    ['a unit taken away', 'units', gone('units', { serial: 'a' }), ['unit/missing']],
    ['a unit made up', 'units', copied('units', { _id: `${stapler}/maker/zz` }), ['unit/extra']],
    [
      'a command taken away',
      'commands',
      gone('commands', { 'outcome.events.0': { $exists: true } }),
      ['event/without-command'],
    ],
    [
      "a command's events",
      'commands',
      one('commands', { 'outcome.events.0': { $exists: true } }, { $set: { 'outcome.events': ['none'] } }),
      ['command/event-missing', 'event/without-command'],
    ],
    [
      "a command's actor",
      'commands',
      one('commands', { 'outcome.events.0': { $exists: true } }, { $set: { actor: 'somebody' } }),
      ['command/differs'],
    ],
    [
      'a command made up for an event',
      'commands',
      async () => {
        const command = await collection('commands').findOne({ 'outcome.events.0': { $exists: true } });
        await collection('commands').insertOne({ ...command, _id: `${maker}/made-up` } as Raw);
      },
      ['event/twice'],
    ],
    ['a lot taken away', 'lots', gone('lots', { lot: 'KNOWN' }), ['lot/missing']],
    ['a lot made up', 'lots', copied('lots', { _id: '1/MADE-UP', lot: 'MADE-UP' }), ['lot/extra']],
    [
      "a lot's restriction taken off",
      'lots',
      one('lots', { lot: 'KNOWN' }, { $set: { restrictions: [] } }),
      ['lot/restrictions'],
    ],
    ["a lot's number", 'lots', one('lots', { lot: 'KNOWN' }, { $set: { lot: 'OTHER' } }), ['lot/fields']],
    [
      'a product taken away',
      'productStandings',
      gone('productStandings', { _id: stapler }),
      ['product/missing'],
    ],
    [
      'a restriction put on a product',
      'productStandings',
      one(
        'productStandings',
        { _id: stapler },
        { $set: { restrictions: [{ kind: 'hold', reference: 'x' }] } },
      ),
      ['product/restrictions'],
    ],
    [
      'a document whose key is no text',
      'holdings',
      copied('holdings', { _id: new mongo.ObjectId() }),
      ['holding/extra', 'lot/not-zero'],
    ],
  ];
  for (const [what, name, tamper, expected] of tampering) {
    it(`finds and names ${what}`, async () => {
      const report = await afterTampering([name], tamper);
      expect(report.found.map(({ kind }) => kind).sort()).to.deep.equal(expected);
      const words = describeReport(report);
      for (const { kind, examples } of report.found) {
        expect(words).to.include(kind);
        expect(examples[0]?.subject).to.be.a('string').and.not.equal('');
        expect(words).to.include(examples[0]?.subject);
      }
    });
  }

  it('finds a correction by another organisation, a second one, and one of nothing', async () => {
    const corrected = await collection('events').findOne({ corrects: { $exists: true } });
    const indexes = () => collection('events').dropIndex('corrects_1');
    const report = await afterTampering(['events'], async () => {
      await indexes();
      await collection('events').updateOne(
        { _id: corrected?._id ?? '' },
        { $set: { organisation: 'other' } },
      );
      await collection('events').insertOne({ ...corrected, _id: 'second', id: 'second' } as Raw);
      await collection('events').insertOne({
        ...corrected,
        _id: 'third',
        id: 'third',
        corrects: 'never',
      } as Raw);
    });
    const found = report.found.map(({ kind }) => kind);
    expect(found).to.include.members([
      'correction/foreign',
      'correction/twice',
      'correction/original-missing',
    ]);
    await collection('events').createIndex({ corrects: 1 }, { unique: true, sparse: true });
  });

  it('counts what it finds, and shows a bounded number of examples', async () => {
    const report = await afterTampering(['commands'], () => collection('commands').deleteMany({}));
    const [found] = report.found;
    expect(found?.count).to.equal(report.events);
    expect(found?.examples).to.have.length(examplesAtMost);
    expect(describeReport(report)).to.include(`and ${report.events - examplesAtMost} more`);
  });

  describe('of uses behind a fence (law 4)', () => {
    const careless = (lot: { gtin: string; lot: string }, serial?: string, at = hospital) => {
      const named = serial === undefined ? {} : { issuer: 'maker', serials: [serial] };
      const transfer = {
        ...lot,
        quantity: 1,
        from: { organisation: at, account: 'unexplained' },
        to: { organisation: at, account: 'consumed' },
        title: { owner: at, basis: 'unknown' },
        ...named,
      } as const;
      const one = {
        ...lot,
        pseudonym: nextId(),
        implanted: true,
        deviations: [],
        restrictions: [],
        ...(serial === undefined ? {} : { serial }),
      };
      const details = { procedure: 'PPS', surgeon: 's', preUseCheck: true };
      return ledger.run(
        commandOf(at, nextId()),
        always(draft('used', details, { transfers: [transfer], uses: [one] })),
      );
    };
    /** These tests leave their histories behind, so each counts only what it made itself. */
    const unmarked = async (lot: { lot: string }) => {
      const report = await check();
      return report.found
        .flatMap(({ kind, examples }) => examples.map((example) => ({ kind, ...example })))
        .filter(({ subject, detail }) => `${subject} ${detail}`.includes(lot.lot))
        .map(({ kind }) => kind);
    };
    const fresh = async () => {
      const lot = { gtin: stapler, lot: `FENCE-${nextId()}` };
      const options = {
        serials: [`${lot.lot}-1`, `${lot.lot}-2`].map((one) => one.slice(-14)),
        sterilisationLot: 'S1',
      };
      await ledger.run(commandOf(maker, 1), always(production(lot, 2, options)));
      await careless(lot);
      return { lot, serials: options.serials };
    };

    it('finds one that does not carry the recall', async () => {
      const { lot } = await fresh();
      await fencedRecall(lot);
      expect(await unmarked(lot)).to.deep.equal([]);
      await careless(lot);
      expect(await unmarked(lot)).to.deep.equal(['use/unmarked']);
    });

    it('finds one at a hospital that had none of it before', async () => {
      const { lot } = await fresh();
      await fencedRecall(lot);
      await careless(lot, undefined, 'hospital-late');
      expect(await unmarked(lot)).to.deep.equal(['use/unmarked']);
    });

    it('respects a scope that is narrowed to serial numbers', async () => {
      const { lot, serials } = await fresh();
      const hold = nextId();
      await ledger.run(commandOf(maker, hold), always(holdOf(hold, lot, { serials: serials.slice(0, 1) })));
      await fence(lot, `${hold}/1`);
      await careless(lot, serials[1]);
      expect(await unmarked(lot)).to.deep.equal([]);
      await careless(lot, serials[0]);
      expect(await unmarked(lot)).to.deep.equal(['use/unmarked']);
    });

    it('respects a scope that is narrowed to sterilisation lots', async () => {
      const { lot, serials } = await fresh();
      const other = nextId();
      await ledger.run(commandOf(maker, other), always(holdOf(other, lot, { sterilisationLots: ['S2'] })));
      await fence(lot, `${other}/1`);
      await careless(lot, serials[0]);
      await careless(lot);
      expect(await unmarked(lot)).to.deep.equal([]);
      const hold = nextId();
      await ledger.run(commandOf(maker, hold), always(holdOf(hold, lot, { sterilisationLots: ['S1'] })));
      await fence(lot, `${hold}/1`);
      await careless(lot, serials[1]);
      await careless(lot);
      expect(await unmarked(lot)).to.deep.equal(['use/unmarked', 'use/unmarked']);
    });

    it('asks nothing of a use after the hold was lifted', async () => {
      const { lot } = await fresh();
      const hold = nextId();
      await ledger.run(commandOf(maker, hold), always(holdOf(hold, lot)));
      await fence(lot, `${hold}/1`);
      await ledger.run(commandOf(maker, nextId()), always(liftOf(hold, lot)));
      await careless(lot);
      expect(await unmarked(lot)).to.deep.equal([]);
    });

    it('finds a holding that the fence of a recall has passed over', async () => {
      const { lot } = await fresh();
      await ledger.run(commandOf(maker, nextId()), always(recallOf(nextId(), [lot])));
      // A minute must lie between for a clock to count: the recall is put later, in copies of its own only.
      const recall = await collection('events').findOne({ type: 'recallInitiated', 'about.lot': lot.lot });
      const report = await afterTampering(['events'], () =>
        collection('events').updateOne(
          { _id: recall?._id ?? '' },
          { $set: { recordTime: '2026-06-01T00:00:00.000Z' } },
        ),
      );
      const passed = report.found.find(({ kind }) => kind === 'holding/unfenced');
      expect(passed?.examples.map(({ subject }) => subject)).to.include(`${hospital}/${lotId(lot)}`);
    });
  });
});
