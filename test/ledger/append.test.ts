import { expect } from 'chai';
import type { Write } from '../../src/database/write.ts';
import { Failure } from '../../src/errors.ts';
import type { Account } from '../../src/ledger/account.ts';
import { InvalidEvent } from '../../src/ledger/append.ts';
import type { CommandSteps } from '../../src/ledger/decision.ts';
import { type AnyDraft, bounds, type Transfer } from '../../src/ledger/event.ts';
import { Overdrawn } from '../../src/ledger/holding.ts';
import type { Ledger } from '../../src/ledger/run.ts';
import {
  allEvents,
  always,
  boughtBy,
  commandOf,
  draft,
  factory,
  maker,
  nextId,
  playLedger,
  production,
  shelf,
  stapler,
  supply,
  use,
} from '../support/ledger-play.ts';
import { type TestDatabase, testDatabase } from '../support/mongod.ts';

const hospital = 'organisation-hospital';
const written = ['events', 'entries', 'holdings', 'units', 'commands', 'lots', 'productStandings'];

describe('appending', () => {
  let database: TestDatabase;
  let ledger: Ledger;

  before(async () => {
    database = await testDatabase();
    ledger = await playLedger(database);
  });
  after(() => database.drop());

  const count = async () => {
    const counts = written.map(async (name) => [name, await database.db.collection(name).countDocuments()]);
    return Object.fromEntries(await Promise.all(counts));
  };
  const holding = (organisation: string, lot: string) =>
    database.db.collection<{ _id: string }>('holdings').findOne({ _id: `${organisation}/${stapler}/${lot}` });

  /** Nothing at all may be left of a command that did not get through. */
  const expectNothing = async (
    steps: CommandSteps<unknown, unknown>,
    fault: typeof InvalidEvent | typeof Overdrawn,
    words: RegExp,
  ) => {
    const before = await count();
    const error = await ledger.run(commandOf(maker, {}), steps).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(fault);
    expect(String(error)).to.match(words);
    expect(await count()).to.deep.equal(before);
  };

  it('writes the event, its entry, both holdings, the unit, the lot and the product, and nothing else', async () => {
    const lot = { gtin: stapler, lot: 'EXACT' };
    await ledger.run(commandOf(maker, 1), always(production(lot, 2, { serials: ['1', '2'] })));
    const { events } = await ledger.run(commandOf(maker, 2), supply(lot, hospital, 1, ['1']));
    const id = events[0];

    const title = boughtBy(maker);
    const theirs = boughtBy(hospital);
    const transfer = {
      ...lot,
      quantity: 1,
      from: factory,
      to: shelf(hospital),
      title,
      becomes: theirs,
      issuer: 'maker',
      serials: ['1'],
    };
    const entry = await database.db.collection('entries').findOne({ event: id });
    expect(entry).to.deep.include({
      _id: `${id}/${stapler}/EXACT`,
      lotId: `${stapler}/EXACT`,
      organisation: maker,
      parties: [hospital, maker],
      transfers: [transfer],
      uses: [],
      holdings: [
        { organisation: hospital, version: 1 },
        { organisation: maker, version: 2 },
      ],
      units: [{ issuer: 'maker', serial: '1', version: 2 }],
      happenedAt: new Date('2026-03-01T00:00:00Z'),
    });
    expect(await holding(maker, 'EXACT')).to.deep.include({
      version: 2,
      fences: [],
      balances: [
        { account: factory.account, title, quantity: 1 },
        { account: 'production', title, quantity: -2 },
      ],
    });
    expect(await holding(hospital, 'EXACT')).to.deep.include({
      version: 1,
      balances: [{ account: shelf(hospital).account, title: theirs, quantity: 1 }],
    });
    const unit = await database.db
      .collection<{ _id: string }>('units')
      .findOne({ _id: `${stapler}/maker/1` });
    expect(unit).to.deep.include({ ...lot, at: shelf(hospital), title: theirs, uses: 0, version: 2 });
    // Twice: the first sight at the maker, and at the hospital.
    const standing = await database.db
      .collection<{ _id: string }>('lots')
      .findOne({ _id: `${stapler}/EXACT` });
    expect(standing).to.include({ touched: 2, standing: 'produced' });
    expect(await count()).to.deep.equal({
      events: 2,
      entries: 2,
      holdings: 2,
      units: 2,
      commands: 2,
      lots: 1,
      productStandings: 1,
    });
  });

  it('sees, within one command, what the events before have done', async () => {
    const lot = { gtin: stapler, lot: 'TWO' };
    const on: Transfer = { ...lot, quantity: 3, from: factory, to: shelf(maker), title: boughtBy(maker) };
    await ledger.run(
      commandOf(maker, 1),
      always(production(lot, 3), draft('moved', {}, { transfers: [on] })),
    );
    const entries = await database.db
      .collection('entries')
      .find({ lotId: `${stapler}/TWO` })
      .toArray();
    expect(entries.map((entry) => entry.holdings[0].version).sort()).to.deep.equal([1, 2]);
  });

  it('draws a device that stock does not know from unexplained, and never refuses it (law 3)', async () => {
    const lot = { gtin: stapler, lot: 'UNKNOWN' };
    const { events } = await ledger.run(commandOf(hospital, 1), use(hospital, lot));
    const stored = (await allEvents(database)).find(({ id }) => id === events[0]);
    expect(stored?.uses[0]?.deviations).to.deep.equal(['not-in-stock']);
    const standing = await database.db
      .collection<{ _id: string }>('lots')
      .findOne({ _id: `${stapler}/UNKNOWN` });
    expect(standing).to.include({ standing: 'unverified' });
  });

  it('writes the holding of every lot that a use names, also where nothing moves, for the fence to meet it', async () => {
    const lot = { gtin: stapler, lot: 'STILL' };
    const still = {
      ...lot,
      scannedLot: 'LABEL',
      pseudonym: 'p',
      implanted: true,
      deviations: [],
      restrictions: [],
    };
    const details = { procedure: 'PPS', surgeon: 's', preUseCheck: true };
    await ledger.run(commandOf(hospital, 1), always(draft('used', details, { uses: [still] })));
    for (const name of ['STILL', 'LABEL']) {
      expect(await holding(hospital, name)).to.deep.include({ version: 1, balances: [] });
      const entry = await database.db.collection('entries').findOne({ lot: name });
      expect(entry?.holdings).to.deep.equal([{ organisation: hospital, version: 1 }]);
    }
  });

  it('refuses an overdrawn account and writes nothing (law 2)', async () => {
    const lot = { gtin: stapler, lot: 'OVER' };
    await ledger.run(commandOf(maker, 1), always(production(lot, 3)));
    const steal: Transfer = { ...lot, quantity: 4, from: factory, to: shelf(maker), title: boughtBy(maker) };
    await expectNothing(always(draft('moved', {}, { transfers: [steal] })), Overdrawn, /would hold -1/);
  });

  it('refuses goods that come out of nothing but production and unexplained (law 2)', async () => {
    const lot = { gtin: stapler, lot: 'NOTHING' };
    for (const account of [
      'consumed',
      'missing',
      'transit/s',
      'destroyed',
      'reported',
      'inside/k',
    ] as const) {
      const from = { organisation: maker, account };
      const make: Transfer = { ...lot, quantity: 1, from, to: factory, title: boughtBy(maker) };
      await expectNothing(always(draft('moved', {}, { transfers: [make] })), Overdrawn, /would hold -1/);
    }
  });

  it('keeps an earlier event of the same command out when a later one cannot stand', async () => {
    const lot = { gtin: stapler, lot: 'HALF' };
    const steal: Transfer = { ...lot, quantity: 9, from: factory, to: shelf(maker), title: boughtBy(maker) };
    await expectNothing(
      always(production(lot, 1), draft('moved', {}, { transfers: [steal] })),
      Overdrawn,
      /-8/,
    );
  });

  describe('bounds (law 9)', () => {
    const lot = { gtin: stapler, lot: 'BOUND' };
    const one: Transfer = {
      ...lot,
      quantity: 1,
      from: { organisation: maker, account: 'production' },
      to: factory,
      title: boughtBy(maker),
    };
    const moved = (...transfers: Transfer[]) => draft('moved', {}, { transfers });
    const names = (length: number) => Array.from({ length }, (_, index) => `${index}`);
    const aUse = { ...lot, pseudonym: 'p', implanted: true, deviations: [], restrictions: [] };
    const text = (length: number) => `sha-256:${'0'.repeat(length)}` as const;

    const over: readonly (readonly [string, readonly AnyDraft[], RegExp])[] = [
      [
        'transfers',
        [moved(...Array.from({ length: bounds.transfersPerEvent + 1 }, () => one))],
        /501 transfers/,
      ],
      ['serials', [moved({ ...one, quantity: 1_001, serials: names(1_001) })], /1001 serials/],
      ['uses', [draft('moved', {}, { transfers: [one], uses: names(51).map(() => aUse) })], /51 uses/],
      [
        'lots',
        [draft('moved', {}, { about: names(501).map((name) => ({ gtin: stapler, lot: name })) })],
        /501 lots/,
      ],
      ['events', names(21).map(() => moved(one)), /21 in one command/],
      ['text', [draft('quarantined', { reason: text(1_000_000) })], /characters/],
      ['quantity', [moved({ ...one, quantity: 10_000_001 })], /quantity 10000001/],
      ['nothing moved', [moved({ ...one, quantity: 0 })], /quantity 0/],
      ['a negative quantity', [moved({ ...one, quantity: -1 })], /quantity -1/],
      ['half a device', [moved({ ...one, quantity: 0.5 })], /quantity 0.5/],
      ['no number', [moved({ ...one, quantity: Number.NaN })], /null at quantity/],
      ['a serial twice', [moved({ ...one, quantity: 2, serials: ['1', '1'] })], /2 serials/],
      ['a serial too few', [moved({ ...one, quantity: 2, serials: ['1'] })], /1 serials/],
      [
        'a use of a unit that nothing ever moved',
        [draft('moved', {}, { transfers: [one], uses: [{ ...aUse, serial: 'never' }] })],
        /no transfer ever named the unit never/,
      ],
    ];
    for (const [what, events, words] of over) {
      it(`is an error over them: ${what}`, () => expectNothing(always(...events), InvalidEvent, words));
    }

    it('is no error at them', async () => {
      const serials = names(bounds.serialsPerEvent);
      await ledger.run(commandOf(maker, 1), always(moved({ ...one, quantity: serials.length, serials })));
    });

    it('knows no account but its own', async () => {
      const to = { organisation: maker, account: 'pocket' as Account };
      const error = await ledger.run(commandOf(maker, 2), always(moved({ ...one, to }))).catch(String);
      expect(error).to.match(/not an account: pocket/);
    });
  });

  describe("other rooms' writes", () => {
    const guarded = (...writes: Write[]): CommandSteps<undefined, null> => ({
      load: async () => undefined,
      decide: () => ({
        kind: 'accepted',
        events: [production({ gtin: stapler, lot: nextId() }, 1)],
        answer: null,
        writes,
      }),
    });

    it('commit with the events', async () => {
      await ledger.run(
        commandOf(maker, 1),
        guarded({ collection: 'notes', insert: { _id: 'one', open: true } }),
      );
      expect(await database.db.collection('notes').countDocuments()).to.equal(1);
    });

    it('are decided anew when a guard has lost its race, and nothing is written while it loses', async () => {
      const before = await count();
      const impatient = await playLedger(database, { deadlineMs: 150 });
      const filter = { _id: 'one', open: false };
      const error = await impatient
        .run(commandOf(maker, 2), guarded({ collection: 'notes', filter, update: { $set: { seen: true } } }))
        .catch((thrown: unknown) => thrown);
      // At its deadline it may just be in a transaction that is going to lose.
      expect(error).to.be.instanceOf(Failure);
      expect((error as Failure).code).to.match(/^service\/(busy|outcome-unknown)$/);
      expect(await count()).to.deep.equal(before);
      const closing = {
        collection: 'notes',
        filter: { ...filter, open: true },
        update: { $set: { open: false } },
      };
      await ledger.run(commandOf(maker, 3), guarded(closing));
    });
  });
});
