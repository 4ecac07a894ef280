import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import { mongo } from 'mongoose';
import type { Write } from '../../src/database/write.ts';
import { checkLedger } from '../../src/ledger/check/check-ledger.ts';
import type { CommandSteps } from '../../src/ledger/decision.ts';
import type { AnyDraft, LotKey } from '../../src/ledger/event.ts';
import type { Ledger } from '../../src/ledger/run.ts';
import {
  always,
  commandOf,
  draft,
  maker,
  nextId,
  nothing,
  playLedger,
  production,
  stapler,
  supply,
} from '../support/ledger-play.ts';
import { type TestDatabase, testDatabase } from '../support/mongod.ts';
import { madeLot, outcomeOf } from './bench.ts';

const hospital = 'hospital-of-groups';

/** Commands that come at the same time: as if one after the other, and none of them hears of the others. */
describe('commands that share a transaction', () => {
  let database: TestDatabase;
  let client: mongo.MongoClient;
  let ledger: Ledger;
  let hasty: Ledger;
  let lot: LotKey;
  /** Of each transaction since the last look, how many commands it wrote. */
  let written: number[] = [];

  before(async () => {
    database = await testDatabase();
    client = new mongo.MongoClient(database.uri, { monitorCommands: true });
    client.on('commandStarted', ({ commandName, command }) => {
      if (commandName === 'insert' && command.insert === 'commands') written.push(command.documents.length);
    });
    const own = { client, db: client.db() };
    ledger = await playLedger(database, own);
    hasty = await playLedger(database, { ...own, deadlineMs: 300 });
  });
  after(async () => {
    const { differences } = await checkLedger(database.db);
    await client.close();
    await database.drop();
    expect(differences).to.equal(0);
  });
  beforeEach(async () => {
    lot = await madeLot(ledger, 10);
    written = [];
  });

  const send = (steps: CommandSteps<never, unknown> | CommandSteps<unknown, unknown>, by = maker) =>
    outcomeOf(ledger.run(commandOf(by, nextId()), steps as CommandSteps<unknown, unknown>));
  const supplies = (count: number) =>
    Array.from({ length: count }, () => send(supply(lot, hospital, 1) as never));
  const receipts = () => database.db.collection('entries').countDocuments({ lot: lot.lot, type: 'received' });
  const failing = (error: Error): CommandSteps<undefined, unknown> => ({
    load: async () => undefined,
    decide: () => {
      throw error;
    },
  });
  const writing = (...writes: Write[]): CommandSteps<undefined, unknown> => ({
    load: async () => undefined,
    decide: () => ({ kind: 'accepted', events: [], answer: 'written', writes }),
  });

  it('are decided in the order of coming, each on what those before it have done', async () => {
    const codes = await Promise.all(supplies(14));
    expect(codes).to.deep.equal([...Array(10).fill('accepted'), ...Array(4).fill('conflict')]);
    expect(written).to.deep.equal([14]);
    const entries = await database.db
      .collection('entries')
      .find({ lot: lot.lot, type: 'received' })
      .sort({ recordTime: 1 })
      .toArray();
    const versions = entries.map(({ holdings }) =>
      holdings.map(({ version }: { version: number }) => version),
    );
    // Of the hospital, and of the maker, whose first version was the production.
    expect(versions).to.deep.equal(Array.from({ length: 10 }, (_, done) => [done + 1, done + 2]));
  });

  it('count the touches of a lot as one after the other would', async () => {
    const holds = Array.from({ length: 5 }, () => draftOfHold(lot));
    const fresh = { gtin: stapler, lot: nextId() };
    await Promise.all(
      [...holds, ...[1, 2, 3].map(() => draftOfHold(fresh))].map((hold) => send(always(hold) as never)),
    );
    expect(written).to.deep.equal([8]);
    const touched = async (of: LotKey) =>
      (
        await database.db
          .collection('entries')
          .find({ lot: of.lot, type: 'lotHeld' })
          .sort({ recordTime: 1 })
          .toArray()
      ).map((entry) => entry.touched);
    // The production was the first.
    expect(await touched(lot)).to.deep.equal([2, 3, 4, 5, 6]);
    expect(await touched(fresh)).to.deep.equal([1, 2, 3]);
  });

  function draftOfHold(of: LotKey): AnyDraft {
    return draft('lotHeld', { hold: nextId(), scope: [of], reason: nothing }, { about: [of] });
  }

  it('that are refused are remembered with the others, and refused alike when sent again', async () => {
    const refused = commandOf(maker, 'too many');
    const run = () => ledger.run(refused, supply(lot, hospital, 11)).catch((error: unknown) => error);
    const [first, ...codes] = await Promise.all([run(), ...supplies(3)]);
    expect(written).to.deep.equal([4]);
    expect(codes).to.deep.equal(['accepted', 'accepted', 'accepted']);
    expect(await run()).to.deep.include({ code: 'conflict', info: { quantity: 11 } });
    expect(first).to.deep.include({ code: 'conflict', info: { quantity: 11 } });
  });

  it('are written once where the same comes several times, and others beside it', async () => {
    const command = commandOf(maker, 'same');
    const same = () => ledger.run(command, supply(lot, hospital, 2));
    const [one, , other] = await Promise.all([same(), ...supplies(2), same(), same()].slice(0, 5));
    expect(one).to.deep.include({ answer: { sent: 2 } });
    expect(other).to.equal('accepted');
    expect(await receipts()).to.equal(3);
  });

  it('that were done long ago are answered as they were, and do not keep the others', async () => {
    const old = commandOf(maker, 'old');
    const first = await ledger.run(old, supply(lot, hospital, 2));
    const [again, ...codes] = await Promise.all([ledger.run(old, supply(lot, hospital, 2)), ...supplies(3)]);
    expect(again).to.deep.equal(first);
    expect(codes).to.deep.equal(['accepted', 'accepted', 'accepted']);
    // The first time with it, and then without.
    expect(written).to.deep.equal([1, 4, 3]);
    expect(await receipts()).to.equal(4);
  });

  it('and fail take none of the others with them', async () => {
    const bad = always({ ...production(lot, 1), eventTime: null as never });
    const overdrawn = always(
      draft('received', { shipment: 's', from: maker, lines: [] }, { transfers: [overdraft()] }),
    );
    const unloadable: CommandSteps<unknown, unknown> = {
      load: () => Promise.reject(new TypeError('cannot be loaded')),
      decide: () => ({ kind: 'accepted', events: [], answer: 0 }),
    };
    const all = await Promise.all([
      ...supplies(2),
      send(failing(new TypeError('a fault of ours'))),
      send(bad as never),
      send(overdrawn as never),
      send(unloadable),
      ...supplies(2),
    ]);
    expect(all.filter((code) => code === 'accepted')).to.have.length(4);
    expect(all.slice(2, 6).map((text) => text.split(':')[0])).to.deep.equal([
      'TypeError',
      'InvalidEvent',
      'Overdrawn',
      'TypeError',
    ]);
    expect(written).to.deep.equal([4]);
    expect(await receipts()).to.equal(4);
  });

  function overdraft() {
    const from = { organisation: maker, account: 'destroyed' } as const;
    const to = { organisation: hospital, account: 'destroyed' } as const;
    return { ...lot, quantity: 1, from, to, title: { owner: maker, basis: 'bought' } as const };
  }

  it('are tried one by one where the database takes one of them for wrong, and only that one fails', async () => {
    const wrong = {
      collection: 'notes',
      filter: { _id: 'n' },
      update: { $nonsense: { a: 1 } },
      upsert: true,
    };
    const codes = await Promise.all([...supplies(2), send(writing(wrong)), ...supplies(1)]);
    expect(codes.filter((code) => code === 'accepted')).to.have.length(3);
    expect(codes[2]).to.match(/nonsense/);
    expect(await receipts()).to.equal(3);
  });

  it('see the writes of other rooms, also those that only the database can carry out', async () => {
    await database.db.createCollection('pages');
    const lines: CommandSteps<unknown, number> = {
      load: async (snapshot) =>
        (await snapshot.where<{ _id: string; lines: number[] }>('pages', '_id', ['p']))[0],
      decide: (page) => {
        const length = (page as { lines: number[] } | undefined)?.lines.length ?? 0;
        const update = { $push: { lines: length } };
        return {
          kind: 'accepted',
          events: [],
          answer: length,
          writes: [{ collection: 'pages', filter: { _id: 'p' }, update, upsert: true }],
        };
      },
    };
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => ledger.run(commandOf(maker, nextId()), lines)),
    );
    expect(answers.map(({ answer }) => answer)).to.deep.equal([0, 1, 2, 3, 4]);
    const [page] = await database.db.collection('pages').find().toArray();
    expect(page?.lines).to.deep.equal([0, 1, 2, 3, 4]);
  });

  it('load and decide each in the context of its own request', async () => {
    const request = new AsyncLocalStorage<number>();
    const asked = (): CommandSteps<number | undefined, unknown> => ({
      load: async () => request.getStore(),
      decide: (loaded) => ({ kind: 'accepted', events: [], answer: [loaded, request.getStore()] }),
    });
    const runs = [1, 2, 3].map((number) =>
      request.run(number, () => ledger.run(commandOf(maker, nextId()), asked())),
    );
    const answers = (await Promise.all(runs)).map(({ answer }) => answer);
    expect(answers).to.deep.equal([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
  });

  it('that want to be alone are, in their place in the order', async () => {
    const seen: number[] = [];
    const alone: CommandSteps<unknown, unknown> = {
      alone: true,
      load: async ({ db, session }) => {
        const filter = { lot: lot.lot, type: 'received' };
        seen.push(await db.collection('entries').countDocuments(filter, { session }));
      },
      decide: () => ({ kind: 'accepted', events: [], answer: 0 }),
    };
    await Promise.all([...supplies(2), send(alone), ...supplies(3)]);
    expect(written).to.deep.equal([2, 1, 3]);
    expect(seen).to.deep.equal([2]);
  });

  it('are so many at most, and of so many characters', async () => {
    const many = Array.from({ length: 150 }, () => send(writing()));
    await Promise.all(many);
    expect(written).to.deep.equal([64, 64, 22]);
    written = [];
    const large = () =>
      always({ ...draftOfHold(lot), why: { businessStep: 'holding', documents: longList() } });
    await Promise.all(Array.from({ length: 6 }, () => send(large() as never)));
    expect(written).to.deep.equal([4, 2]);
  });

  function longList() {
    return Array.from({ length: 8_000 }, () => ({ kind: 'other', number: nothing }) as const);
  }

  it('and write much are few at a time, and keep others from their turn no longer than that', async () => {
    const heavy = Array.from({ length: 5 }, (_, number) => {
      const serials = Array.from({ length: 1_000 }, (_, unit) => `${number}-${unit}`);
      return send(always(production({ gtin: stapler, lot: nextId() }, 1_000, { serials })) as never);
    });
    const ended: string[] = [];
    const light = send(writing() as never, hospital).then(() => ended.push('light'));
    await Promise.all([...heavy.map((one) => one.then(() => ended.push('heavy'))), light]);
    expect(written).to.deep.equal([2, 2, 2]);
    expect(ended.indexOf('light')).to.equal(3);
  });

  it('wait no longer than their deadline, and are not done then', async () => {
    const slow: CommandSteps<unknown, unknown> = {
      load: () => wait(900),
      decide: () => ({ kind: 'accepted', events: [], answer: 0 }),
    };
    const command = commandOf(maker, 'slow');
    const startedAt = performance.now();
    const toldAfter = async (running: Promise<unknown>) => ({
      code: await outcomeOf(running as never),
      ms: performance.now() - startedAt,
    });
    const first = toldAfter(hasty.run(command, slow));
    await wait(20);
    const second = toldAfter(hasty.run(commandOf(maker, 'late'), supply(lot, hospital, 1)));
    for (const { ms } of await Promise.all([first, second])) expect(ms).to.be.within(200, 800);
    // What has been begun may be done.
    expect((await first).code).to.equal('service/outcome-unknown');
    expect((await second).code).to.equal('service/busy');
    expect(await outcomeOf(ledger.run(command, slow))).to.equal('accepted');
    expect(await receipts()).to.equal(0);
  });

  it('and can never be done keep nobody waiting: a key that is taken by what nobody wrote', async () => {
    const stray = { collection: 'notes', insert: { _id: nextId() } };
    await database.db.collection('notes').insertOne({ ...stray.insert } as never);
    const codes = await Promise.all([send(writing(stray)), ...supplies(3)]);
    expect(codes[0]).to.match(/E11000/);
    expect(codes.slice(1)).to.deep.equal(['accepted', 'accepted', 'accepted']);
    expect(await outcomeOf(ledger.run(commandOf(maker, nextId()), supply(lot, hospital, 1)))).to.equal(
      'accepted',
    );
  });

  it('and can never be done keep nobody waiting: a guard that nothing passes', async () => {
    const guarded = { collection: 'notes', filter: { _id: 'none', version: 1 }, update: { $set: { a: 1 } } };
    const patient = await playLedger(database, { client, db: client.db(), deadlineMs: 2_000 });
    let ended = false;
    const never = outcomeOf(patient.run(commandOf(maker, nextId()), writing(guarded))).finally(() => {
      ended = true;
    });
    await wait(100);
    const others = [1, 2, 3].map(() => patient.run(commandOf(maker, nextId()), supply(lot, hospital, 1)));
    await Promise.all(others);
    expect(ended).to.equal(false);
    expect(await never).to.match(/^service\/(busy|outcome-unknown)$/);
  });

  it('of two processes on one lot are each done exactly once', async () => {
    const other = await playLedger(database);
    const by = (one: Ledger) =>
      Array.from({ length: 12 }, () =>
        outcomeOf(one.run(commandOf(maker, nextId()), supply(lot, hospital, 1))),
      );
    const codes = await Promise.all([...by(ledger), ...by(other)]);
    expect(codes.filter((code) => code === 'accepted')).to.have.length(10);
    expect(codes.filter((code) => code === 'conflict')).to.have.length(14);
    expect(await receipts()).to.equal(10);
  });
});
