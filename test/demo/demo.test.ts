import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createApp, migrations } from '../../src/app.ts';
import { systemClock, systemIds } from '../../src/clock.ts';
import { runMigrations } from '../../src/database/migrations.ts';
import {
  type DemoOptions,
  fewestHospitals,
  type Played,
  playDemo,
  refuseUnfinishedDemo,
  requireEmptyDatabase,
  requireEmptyDirectory,
} from '../../src/demo/demo.ts';
import { CannotStart } from '../../src/errors.ts';
import { createLogger } from '../../src/logging.ts';
import { loadMasterKey } from '../../src/patients/master-key.ts';
import { at, listAt, serve, type TestServer, textAt } from '../support/http.ts';
import { type TestDatabase, testDatabase } from '../support/mongod.ts';

/** The afternoon in China; the story ends on the 16th. */
const now = new Date('2026-11-17T08:00:00Z');
const logger = createLogger('silent');

interface Stage {
  readonly database: TestDatabase;
  readonly directory: string;
  readonly lines: string[];
  readonly options: DemoOptions;
}

describe('the demonstration', function () {
  this.timeout(240_000);
  const stages: Stage[] = [];
  let told: Stage;
  let played: Played;

  async function stage(more: Partial<DemoOptions> = {}): Promise<Stage> {
    const database = await testDatabase();
    const directory = await mkdtemp(join(tmpdir(), 'pps-trace-test-'));
    const lines: string[] = [];
    await runMigrations(database.db, migrations, { clock: systemClock, ids: systemIds, progress: () => {} });
    const options: DemoOptions = {
      database,
      dataDirectory: directory,
      masterKey: await loadMasterKey({ file: join(directory, 'master.key') }),
      logger,
      publicUrl: 'https://pps.example',
      url: 'http://127.0.0.1:8080',
      now,
      say: (line) => lines.push(line),
      hospitals: fewestHospitals,
      ...more,
    };
    const made = { database, directory, lines, options };
    stages.push(made);
    return made;
  }

  before(async () => {
    told = await stage();
    played = await playDemo(told.options);
  });
  after(async () => {
    for (const { database, directory } of stages) {
      await database.drop();
      await rm(directory, { recursive: true, force: true });
    }
  });

  /** Each event's hash by its id; the hash covers every other field. */
  async function hashesIn({ database }: Stage): Promise<Map<string, string>> {
    const events = await database.db.collection('events').find().project({ id: 1, contentHash: 1 }).toArray();
    return new Map(events.map(({ id, contentHash }) => [String(id), String(contentHash)]));
  }

  it('tells the main job with every figure adding up', async () => {
    const { figures } = played;
    const { counts } = figures;
    expect(figures.organisations).to.equal(6 + fewestHospitals);
    expect(figures.products).to.equal(9);
    expect(counts.receipts).to.equal(counts.shipments);
    expect(counts.operations).to.equal(counts.patients + 1);
    expect(counts.programmePatients).to.equal(15);
    const events = await hashesIn(told);
    expect(events.size).to.equal(figures.events);
    const uses = await told.database.db
      .collection('events')
      .aggregate([
        { $match: { type: { $in: ['used', 'corrected'] } } },
        {
          $project: { uses: { $size: '$uses' }, again: { $size: { $ifNull: ['$details.voidedUses', []] } } },
        },
        { $group: { _id: null, uses: { $sum: { $subtract: ['$uses', '$again'] } } } },
      ])
      .toArray();
    expect(uses[0]?.uses).to.equal(counts.uses);
  });

  it('holds everything that the issue asks of the story', async () => {
    const events = told.database.db.collection('events');
    const types = new Set(await events.distinct('type'));
    expect([...types]).to.include.members([
      ...['lotProduced', 'lotReleased', 'lotHeld', 'holdLifted', 'shipped', 'received', 'shipmentClosed'],
      ...['accepted', 'rejected', 'moved', 'quarantined', 'destroyed', 'used', 'corrected'],
      ...['recallInitiated', 'recallNotified', 'recallResponded'],
    ]);
    const purposes = await events.distinct('details.purpose');
    expect(purposes).to.have.members(['supply', 'return', 'recall-return']);
    const damaged = await events.countDocuments({ type: 'received', 'details.lines.damaged': { $gt: 0 } });
    expect(damaged).to.equal(1);
    const unknown = await events.countDocuments({ 'uses.deviations': 'not-in-stock' });
    expect(unknown).to.equal(1);
    const donated = await events.countDocuments({ 'transfers.title.basis': 'donated', type: 'used' });
    expect(donated).to.equal(played.figures.counts.programmePatients);
    const [first] = await events.find().sort({ recordTime: 1 }).limit(1).toArray();
    const [last] = await events.find().sort({ recordTime: -1 }).limit(1).toArray();
    expect(first?.recordTime).to.match(/^2026-02-/);
    expect(last?.recordTime).to.match(/^2026-11-16T/);
  });

  it('blocks the recalled lot, lists the late use, and its balance is zero', () => {
    const { day, figures } = played;
    expect(day.before.verdict).to.equal('may-be-used');
    expect(day.blocked).to.have.length(2);
    for (const { result } of day.blocked) {
      expect(result.verdict).to.equal('blocked');
      expect(result.reasons.map(({ code }) => code)).to.include('recalled');
    }
    expect(day.dispatchRefused).to.equal('stock/recalled');
    expect(day.receivedIntoQuarantine).to.equal(2);
    expect(day.late.use.uses.flatMap(({ deviations }) => deviations)).to.deep.equal(['recalled']);
    const { recall } = figures;
    expect(recall.lateIsListed).to.equal(true);
    expect(recall.uses.late).to.equal(1);
    expect(recall.total).to.equal(0);
    expect(recall.balance.reduce((sum, { quantity }) => sum + quantity, 0)).to.equal(0);
    const consumed = recall.balance.find(({ account }) => account === 'consumed');
    expect(consumed?.quantity).to.equal(recall.uses.uses);
  });

  it('leaves papers: labels, one notice for each organisation concerned, the report', async () => {
    const demo = join(told.directory, 'demo');
    expect(await readdir(join(demo, 'labels'))).to.have.length(2);
    const recall = await readdir(join(demo, 'recall'));
    expect(recall).to.include('lot-report.pdf');
    expect(recall).to.have.length(played.day.concerned.length + 1);
    for (const file of recall) {
      expect((await readFile(join(demo, 'recall', file))).subarray(0, 5).toString('latin1')).to.equal(
        '%PDF-',
      );
    }
    expect(told.lines.join('\n')).to.include('Mass balance').and.to.include('is in the list');
    expect(await readFile(join(demo, 'story.txt'), 'utf8')).to.include(played.day.number);
  });

  describe('its sign-ins', () => {
    let server: TestServer;
    before(async () => {
      const { database, masterKey, publicUrl } = told.options;
      const parts = { database, masterKey, publicUrl, logger, clock: systemClock, ids: systemIds };
      server = await serve((await createApp(parts)).express);
    });
    after(() => server.close());

    it('are in a file for the user alone, with the fields agreed', async () => {
      const file = join(told.directory, 'demo-accounts.json');
      expect((await stat(file)).mode & 0o777).to.equal(0o600);
      const accounts: unknown = JSON.parse(await readFile(file, 'utf8'));
      expect(accounts).to.deep.equal(played.accounts);
      // 2 each for the maker, distributors, authorities and the foundation; 4 for each hospital.
      expect(listAt(accounts, '')).to.have.length(12 + 4 * fewestHospitals);
      for (const account of played.accounts) {
        expect(account).to.have.all.keys([
          ...['organisation', 'organisationKind', 'role', 'username', 'password', 'token'],
        ]);
      }
    });

    it('all work on the real clock, by token and by password', async () => {
      for (const { organisation, organisationKind, role, username, password, token } of played.accounts) {
        const me = await server.client({ token }).get('/api/v1/me');
        expect(me.status).to.equal(200);
        expect(at(me.body, '/organisation')).to.equal(organisation);
        expect(at(me.body, '/organisationKind')).to.equal(organisationKind);
        expect(at(me.body, '/roles')).to.deep.equal([role]);
        const signedIn = await server.client().post('/api/v1/sign-in', { username, password });
        expect(signedIn.status).to.equal(200);
        expect(at(signedIn.body, '/passwordMustChange')).to.equal(false);
      }
    });

    it('let the theatre see that the lot is still blocked', async () => {
      const [blocked] = played.day.blocked;
      const theatre = blocked?.where.seats.get('theatre');
      const device = { gtin: '06979990000229', lot: 'S30-04', serials: [blocked?.item.serial] };
      const body = { place: blocked?.where.places.get('theatre'), devices: [device] };
      const reply = await server.client({ token: theatre?.token ?? '' }).post('/api/v1/checks', body);
      expect(textAt(reply.body, '/results/0/verdict')).to.equal('blocked');
    });
  });

  it('tells the same facts for the same seed, to the last hash, with other secrets', async () => {
    const again = await stage();
    const second = await playDemo(again.options);
    expect(second.figures).to.deep.equal(played.figures);
    expect([...(await hashesIn(again))].sort()).to.deep.equal([...(await hashesIn(told))].sort());
    const secrets = (accounts: Played['accounts']) =>
      accounts.flatMap(({ password, token }) => [password, token]);
    const known = new Set(secrets(played.accounts));
    expect(secrets(second.accounts).filter((secret) => known.has(secret))).to.deep.equal([]);
  });

  it('does not leave half a story that could be started', async () => {
    const broken = await stage({ stopped: Promise.resolve() });
    const failure = await playDemo(broken.options).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(CannotStart);
    expect(String(failure)).to.match(/was not played to its end \(it was stopped\): delete .*\.$/);
    const refused = await refuseUnfinishedDemo(broken.directory).catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(CannotStart);
    expect(String(refused)).to.include('delete that directory');
    await refuseUnfinishedDemo(told.directory);
  });

  it('is played into nothing but an empty directory and an empty database', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'pps-trace-test-'));
    try {
      await requireEmptyDirectory(empty);
      await requireEmptyDirectory(join(empty, 'not-there'));
      const refusals = await Promise.all([
        requireEmptyDirectory(told.directory).catch((error: unknown) => error),
        requireEmptyDatabase(told.database).catch((error: unknown) => error),
      ]);
      for (const refusal of refusals) {
        expect(refusal).to.be.instanceOf(CannotStart);
        expect(String(refusal)).to.match(/is not empty: .*without --demo\.$/);
      }
    } finally {
      await rm(empty, { recursive: true });
    }
  });
});
