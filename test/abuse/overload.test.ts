import { execFile } from 'node:child_process';
import { createSecretKey } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { createApp, migrations } from '../../src/app.ts';
import { systemClock, systemIds } from '../../src/clock.ts';
import { runMigrations } from '../../src/database/migrations.ts';
import { defaultAdmissionLimits } from '../../src/http/admission.ts';
import { ledgerCollections } from '../../src/ledger/collections.ts';
import { createLogger } from '../../src/logging.ts';
import { serve, type TestServer } from '../support/http.ts';
import { type TestDatabase, testDatabase } from '../support/mongod.ts';
import { implant, insertFacts, members, places, unknown } from '../support/world-facts.ts';
import { type CallerName, makePeople, type People } from '../support/world-people.ts';
import type { Flood, Flooded } from './flood.ts';

const floodProcess = join(import.meta.dirname, 'flood.ts');
/** As many clients as the service works for at once keep it busy; what it then does in a second is all it can. */
const { inWork, patienceMs } = defaultAdmissionLimits;
/** Of the largest bodies it works for two at once. */
const largeInWork = 2;
const seconds = 3;
const outputLimit = 64 * 1024 * 1024;

type Load = Pick<Flood, 'path' | 'tokens' | 'body' | 'serials'>;

interface Measured {
  /** Events that there were. */
  readonly before: number;
  readonly busy: Flooded;
  readonly many: Flooded;
  readonly later: Flooded;
  /** Of heap, above what it was before. */
  readonly megabytes: { readonly retained: number; readonly peak: number };
}

describe('abuse: ten times the load that it can take', () => {
  let database: TestDatabase;
  let server: TestServer;
  let people: People;

  before(async () => {
    database = await testDatabase();
    const parts = { clock: systemClock, ids: systemIds };
    await runMigrations(database.db, migrations, parts);
    await insertFacts(database.db);
    people = await makePeople({ connection: database.connection, ...parts });
    const app = await createApp({
      ...parts,
      database,
      logger: createLogger('fatal'),
      publicUrl: 'http://127.0.0.1:8080',
      masterKey: createSecretKey(new Uint8Array(32).fill(7)),
    });
    server = await serve(app.express);
  });
  after(async () => {
    await server.close();
    await database.drop();
  });

  async function flooded(
    flood: Load,
    extent: Pick<Flood, 'clients' | 'seconds' | 'perSecond'>,
  ): Promise<Flooded> {
    const argument: Flood = { ...flood, ...extent, port: server.port };
    const { stdout } = await promisify(execFile)(process.execPath, [floodProcess, JSON.stringify(argument)], {
      maxBuffer: outputLimit,
    });
    return JSON.parse(stdout);
  }

  /** Four tokens, of four people where there are as many. */
  const tokensOf = (names: readonly CallerName[]) =>
    Promise.all([0, 1, 2, 3].map((index) => people.token(names[index % names.length] ?? 'nurseA')));

  const events = () => ledgerCollections(database.db).events.countDocuments();

  /** What it can take, ten times that, and how it is afterwards. */
  async function measured(flood: Load, clients: number): Promise<Measured> {
    const before = await events();
    const busy = await flooded(flood, { clients, seconds });
    const perSecond = 10 * (busy.events.length / seconds);
    const heap = watchHeap();
    const many = await flooded(flood, { clients: 10 * inWork, seconds, perSecond });
    const megabytes = heap.end();
    const later = await flooded(flood, { clients: 1, seconds: 1 });
    return { before, busy, many, later, megabytes };
  }

  function expectHeld({ busy, many, later, megabytes }: Measured): void {
    const { 201: accepted = 0, 429: slowedDown = 0, 503: turnedAway = 0, ...others } = many.statuses;
    expect(others, 'nothing but acceptance and refusal').to.deep.equal({});
    expect(slowedDown + turnedAway, 'refusals').to.be.greaterThan(0);
    expect(many.refusedWithoutRetryAfter).to.equal(0);
    // As at full load, and a wait that has a bound.
    const bound = patienceMs + 4 * p95(busy.acceptedMs);
    expect(p95(many.acceptedMs), 'the accepted stay fast').to.be.lessThan(bound);
    // The flood takes its share of the machine; refusals told at once left a sixteenth.
    expect(accepted, 'a good part gets done').to.be.greaterThan(busy.events.length / 3);
    expect(many.slowestLiveMs, 'to say that it lives').to.be.lessThan(5_000);
    expect(megabytes.retained, 'MB of heap kept').to.be.lessThan(40);
    expect(megabytes.peak, 'MB of heap at most').to.be.lessThan(300);
    expect(later.statuses, 'healthy afterwards').to.have.all.keys('201');
  }

  async function expectNothingLost({ before, busy, many, later }: Measured, organisation: string) {
    const { events: stored, commands } = ledgerCollections(database.db);
    const answered = [...busy.events, ...many.events, ...later.events];
    const found = await stored.countDocuments({ id: { $in: answered } });
    expect(found, 'every event that was answered for is there').to.equal(answered.length);
    const perhaps = busy.unknown + many.unknown + later.unknown;
    expect(await events(), 'and no other, but where the outcome was said to be unknown')
      .to.be.at.least(before + answered.length)
      .and.at.most(before + answered.length + perhaps);
    const turnedAway = many.notDone.map((id) => `${organisation}/${id}`);
    const done = await commands.countDocuments({ _id: { $in: turnedAway } });
    expect(done, 'nothing was done of what was turned away').to.equal(0);
    expect((await server.client().get('/health/ready')).status).to.equal(200);
  }

  it('small commands: refuses early, keeps the rest fast, loses none', async () => {
    const body = JSON.stringify({
      commandId: '#id',
      happenedAt: new Date().toISOString(),
      place: places.theatreA,
      procedure: 'PPS',
      surgeon: people.ids.surgeonA,
      patient: { inpatientNumber: '#id' },
      devices: [{ device: { gtin: unknown, lot: 'L#n', quantity: 1 }, implanted: false }],
      preUseCheck: true,
    });
    const tokens = await tokensOf(['nurseA']);
    // Each lot is seen for the first time before: that writes the product, which all of them share.
    const nurse = server.client({ token: tokens[0] ?? '' });
    for (let n = 0; n < 16; n += 1) {
      const first = JSON.parse(body.replaceAll('#id', systemIds.uuid()).replace('#n', String(n)));
      expect((await nurse.post('/api/v1/uses', first)).status).to.equal(201);
    }
    const figures = await measured({ path: '/api/v1/uses', tokens, body, serials: 0 }, inWork);
    expectHeld(figures);
    await expectNothingLost(figures, members.hospitalA.id);
  }).timeout(60_000);

  it('commands of a thousand serial numbers: the same', async () => {
    const body = JSON.stringify({
      commandId: '#id',
      gtin: implant,
      lot: '#lot',
      manufacturedOn: '2026-03-01',
      expiresOn: '2029-02-28',
      place: places.factory,
      parts: [{ serials: '#serials' }],
    });
    const tokens = await tokensOf(['quality']);
    const figures = await measured({ path: '/api/v1/lots', tokens, body, serials: 1_000 }, largeInWork);
    expectHeld(figures);
    await expectNothingLost(figures, members.maker.id);
    const { units, events: stored } = ledgerCollections(database.db);
    const lots = await stored.countDocuments({ type: 'lotProduced' });
    expect(await units.countDocuments(), 'each with all of its units').to.equal(1_000 * lots);
  }).timeout(60_000);
});

function p(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const found = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  if (found === undefined) throw new Error('nothing was accepted');
  return Math.round(found);
}

function p95(samples: readonly number[]): number {
  return p(samples, 0.95);
}

setFlagsFromString('--expose-gc');
const collect: unknown = runInNewContext('gc');

/** The heap of this process, which is the service's, in MB above what it was. */
function watchHeap(): { end(): { retained: number; peak: number } } {
  const used = () => process.memoryUsage().heapUsed / 1024 / 1024;
  const swept = () => {
    if (typeof collect === 'function') collect();
    return used();
  };
  const before = swept();
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, used());
  }, 50);
  return {
    end: () => {
      clearInterval(timer);
      return { peak: Math.round(most - before), retained: Math.round(swept() - before) };
    },
  };
}
