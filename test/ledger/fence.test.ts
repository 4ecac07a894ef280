import { expect } from 'chai';
import { type LotKey, lotId } from '../../src/ledger/event.ts';
import type { ScopeItem } from '../../src/ledger/event-details.ts';
import { raiseFence } from '../../src/ledger/fence.ts';
import { entriesInRange, holdingsOfLots } from '../../src/ledger/read.ts';
import type { Ledger } from '../../src/ledger/run.ts';
import {
  always,
  chance,
  commandOf,
  holdOf,
  maker,
  nextId,
  pauseOf,
  playLedger,
  production,
  recallOf,
  supply,
  use,
} from '../support/ledger-play.ts';
import { type TestDatabase, testDatabase } from '../support/mongod.ts';

const races = 200;
const atOnce = 10;
const pauseAtMost = 30;

/** Law 4, "How law 4 holds": no use slips past a recall. */
describe('a fence', () => {
  let database: TestDatabase;
  let ledger: Ledger;
  const processes: Ledger[] = [];

  before(async () => {
    database = await testDatabase();
    ledger = await playLedger(database, { deadlineMs: 20_000 });
    while (processes.length < 6) processes.push(await playLedger(database, { deadlineMs: 20_000 }));
  });
  after(() => database.drop());

  /** The three steps, as a recall takes them. @returns the uses in its list, and when its fence was up. */
  const recall = async (
    scope: readonly ScopeItem[],
    about: readonly LotKey[],
    pause: () => Promise<unknown>,
  ) => {
    const id = nextId();
    await pause();
    await ledger.run(commandOf(maker, id), always(recallOf(id, scope, about)));
    await pause();
    const session = database.client.startSession({ causalConsistency: true });
    try {
      const lots = scope.flatMap(({ gtin, lot }) => (lot === undefined ? [] : [{ gtin, lot }]));
      const gtins = scope.flatMap(({ gtin, lot }) => (lot === undefined ? [gtin] : []));
      await raiseFence(database.db, session, { lotIds: lots.map(lotId), gtins }, `${id}/1`);
      const fencedAt = performance.now();
      const entries = await entriesInRange(database.db, { lots, gtins }, { withUses: true }, { session });
      const listed = new Set(entries.flatMap((entry) => entry.uses.map(({ pseudonym }) => pseudonym)));
      return { id, listed, fencedAt };
    } finally {
      await session.endSession();
    }
  };

  type Scoping = 'lot' | 'product';

  /**
   * One race: hospitals that have the lot, hospitals that never saw it, a lot that nobody has seen, and a label that
   * names the lot of another's unit; all of them use while the recall takes effect.
   */
  const race = async (number: number, scoping: Scoping) => {
    const random = chance(number * 7_919 + 1);
    const pause = () => pauseOf(Math.floor(random() * pauseAtMost))();
    const lot = { gtin: String(10_000_000_000_000 + number), lot: 'L' };
    const unseen = { gtin: lot.gtin, lot: 'UNSEEN' };
    const sound = { gtin: lot.gtin, lot: 'SOUND' };
    await ledger.run(commandOf(maker, 1), always(production(lot, 4), production(sound, 4)));
    await ledger.run(commandOf(maker, 2), supply(lot, 'hospital-stocked', 2));
    const uses: readonly (readonly [string, LotKey, string | undefined])[] = [
      ['hospital-stocked', lot, undefined],
      ['hospital-stocked', lot, undefined],
      [`hospital-new-${number}`, lot, undefined],
      [`hospital-newer-${number}`, lot, undefined],
      ['hospital-label', sound, lot.lot],
      ...(scoping === 'lot' ? [] : ([['hospital-first', unseen, undefined]] as const)),
    ];
    const using = uses.map(async ([hospital, used, scannedLot], index) => {
      // A process each: within one, commands do not overtake each other.
      const own = processes[index] ?? ledger;
      await pause();
      const startedAt = performance.now();
      const options = { pause, ...(scannedLot === undefined ? {} : { scannedLot }) };
      const { answer } = await own.run(commandOf(hospital, nextId()), use(hospital, used, options));
      return { ...answer, startedAt, hospital };
    });
    const scope = scoping === 'lot' ? [lot] : [{ gtin: lot.gtin }];
    const [recalled, ...used] = await Promise.all([
      recall(scope, scoping === 'lot' ? [lot] : [], pause),
      ...using,
    ]);
    return used.map((one) => ({
      hospital: one.hospital,
      saw: one.restrictions.includes(recalled.id),
      listed: recalled.listed.has(one.pseudonym),
      after: one.startedAt > recalled.fencedAt,
    }));
  };

  for (const scoping of ['lot', 'product'] as const) {
    it(`of a ${scoping} lets no use through, of ${races / 2} races`, async function () {
      this.timeout(120_000);
      const results: Awaited<ReturnType<typeof race>> = [];
      for (let done = 0; done < races / 2; done += atOnce) {
        const batch = Array.from({ length: atOnce }, (_, index) =>
          race((scoping === 'lot' ? 0 : 1_000) + done + index, scoping),
        );
        results.push(...(await Promise.all(batch)).flat());
      }
      // Each use either saw the recall, or is in its list: none is neither.
      expect(results.filter(({ saw, listed }) => !saw && !listed)).to.deep.equal([]);
      expect(results.filter(({ saw, after }) => after && !saw)).to.deep.equal([]);
      // And the races were races: some were lost, some were won.
      expect(results.filter(({ saw }) => saw).length).to.be.above(20);
      expect(results.filter(({ saw }) => !saw).length).to.be.above(20);
    });
  }

  it('is found again half way, by another process, and marks a holding once', async () => {
    const lot = { gtin: '20000000000001', lot: 'L' };
    const hospitals = Array.from({ length: 8 }, (_, index) => `hospital-${index}`);
    await ledger.run(commandOf(maker, 1), always(production(lot, 20)));
    for (const hospital of hospitals) await ledger.run(commandOf(maker, hospital), supply(lot, hospital, 1));
    const before = new Map(
      (await holdingsOfLots(database.db, [lot])).map((one) => [one.organisation, one.version]),
    );
    const id = nextId();
    await ledger.run(commandOf(maker, id), always(recallOf(id, [lot])));
    // The first process died when it had fenced some of them.
    const holdings = database.db.collection('holdings');
    const some = { lotId: lotId(lot), organisation: { $in: hospitals.slice(0, 3) } };
    const mark = { reference: `${id}/1`, version: 2 };
    await holdings.updateMany(some, { $inc: { version: 1 }, $push: { fences: mark } as never });

    const raise = async () => {
      const session = database.client.startSession();
      const raised = await raiseFence(database.db, session, { lotIds: [lotId(lot)], gtins: [] }, `${id}/1`);
      await session.endSession();
      return raised.fenced;
    };
    const fenced = await Promise.all([raise(), raise()]);
    expect(fenced.reduce((sum, count) => sum + count, 0)).to.equal(hospitals.length + 1 - 3);
    expect(await raise()).to.equal(0);
    for (const { organisation, version, fences } of await holdingsOfLots(database.db, [lot])) {
      const after = (before.get(organisation) ?? 0) + 1;
      expect({ organisation, version, fences }).to.deep.equal({
        organisation,
        version: after,
        fences: [{ reference: `${id}/1`, version: after }],
      });
    }
  });

  it('does not touch what is out of scope', async () => {
    const lot = { gtin: '20000000000002', lot: 'L' };
    const other = { gtin: '20000000000002', lot: 'M' };
    await ledger.run(commandOf(maker, 1), always(production(lot, 1), production(other, 1)));
    await ledger.run(commandOf(maker, 2), always(holdOf(nextId(), lot)));
    const session = database.client.startSession();
    await raiseFence(database.db, session, { lotIds: [lotId(lot)], gtins: [] }, 'hold/1');
    await session.endSession();
    expect((await holdingsOfLots(database.db, [other])).map(({ fences }) => fences)).to.deep.equal([[]]);
  });
});
