import { createSecretKey } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { mongo } from 'mongoose';
import { migrations } from '../../src/app.ts';
import { systemClock, systemIds } from '../../src/clock.ts';
import { type Manifest, readManifest } from '../../src/database/backup.ts';
import { checkLedger } from '../../src/ledger/check/check-ledger.ts';
import { ledgerHash } from '../../src/ledger/ledger-hash.ts';
import type { Patients } from '../../src/patients/interface.ts';
import { createPatients } from '../../src/patients/patients.ts';
import { Service } from '../crash/service.ts';
import { textAt } from '../support/http.ts';
import { type TestDatabase, testBinary, testDatabase } from '../support/mongod.ts';
import { runScript } from '../support/programs.ts';
import { createWorld, members, type World } from '../support/world.ts';
import { dilator, stapler } from '../support/world-facts.ts';
import { correct, newLot, stocked, use } from '../support/world-play.ts';

/** The world's own. */
const masterKey = Buffer.alloc(32, 7);

describe('scripts/backup and scripts/restore', function () {
  this.timeout(60_000);
  let world: World;
  let directory: string;
  let backup: string;
  let manifest: Manifest;
  const targets: TestDatabase[] = [];

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pps-trace-backup-'));
    backup = join(directory, 'backup');
    world = await createWorld();
    const line = { gtin: stapler, lot: newLot(), quantity: 5 };
    await stocked(world, line);
    const one = { ...line, quantity: 1 };
    await use(world, [one]);
    const wrong = await use(world, [one], { patient: { inpatientNumber: 'ZY-2', name: '测试二' } });
    await correct(world, 'nurseA', textAt(wrong, '/events/0'));
    await stocked(world, { gtin: dilator, lot: newLot(), serials: ['B1', 'B2'] });
    const { code, stdout } = await run('backup', world.database.uri, backup);
    expect([code, stdout]).to.deep.equal([0, stdout]);
    manifest = await readManifest(backup);
  });
  after(async () => {
    for (const target of targets) await target.drop();
    await world.close();
    await rm(directory, { recursive: true, force: true });
  });

  const run = (name: 'backup' | 'restore', uri: string, ...args: string[]) =>
    runScript(name, [...args, '--data-dir', directory], {
      ...{ MONGODB_URI: uri, MASTER_KEY: masterKey.toString('base64') },
    });

  async function empty(): Promise<TestDatabase> {
    const target = await testDatabase();
    targets.push(target);
    return target;
  }

  async function patientsOf({ db }: TestDatabase): Promise<Patients> {
    const parts = { db, masterKey: createSecretKey(masterKey), clock: systemClock, ids: systemIds };
    const patients = createPatients(parts);
    await patients.ready();
    return patients;
  }

  const reader = () => ({
    person: world.people.nurseA,
    organisation: members.hospitalA.id,
    requestId: 'test',
  });

  /** A copy of the backup in which a test changes something. */
  async function damaged(change: (file: Buffer) => Buffer): Promise<string> {
    const copy = await mkdtemp(join(directory, 'damaged-'));
    for (const name of await readdir(backup)) {
      const bytes = await readFile(join(backup, name));
      const changed = name === 'events.bson.gz' ? gzipSync(change(gunzipSync(bytes))) : bytes;
      await writeFile(join(copy, name), changed);
    }
    return copy;
  }

  it('restores the same ledger, which the check finds clean, with every index', async () => {
    const target = await empty();
    const { code, stderr } = await run('restore', target.uri, backup);
    expect([code, stderr.replace(/^(Restoring|Changing) .*\n/gm, '')]).to.deep.equal([0, '']);
    expect(await ledgerHash(target.db)).to.equal(await ledgerHash(world.database.db));
    const report = await checkLedger(target.db);
    expect([report.differences, report.events]).to.deep.equal([
      0,
      (await checkLedger(world.database.db)).events,
    ]);
    for (const { name } of manifest.collections) {
      const indexes = async ({ db }: TestDatabase) =>
        (await db.collection(name).indexes()).map((one) => one.name).sort();
      expect(await indexes(target), name).to.deep.equal(await indexes(world.database));
    }
    expect(manifest.migrations).to.have.length(migrations.length);
  });

  it('leaves a database on which the service starts and finds the patients', async () => {
    const target = await empty();
    await run('restore', target.uri, backup);
    const { path: mongodBinary } = await testBinary();
    const service = await Service.start({
      dataDirectory: directory,
      mongodBinary,
      mongodbUri: target.uri,
      masterKey: masterKey.toString('base64'),
      logFile: join(directory, 'service.log'),
    });
    await service.stop();
    const patients = await patientsOf(target);
    const found = await patients.findUses({
      organisation: members.hospitalA.id,
      query: { inpatientNumber: 'ZY-1' },
      reader: reader(),
      purpose: 'care',
    });
    expect(found?.identity.inpatientNumber).to.equal('ZY-1');
  });

  it('keeps every byte: numbers their types, fields their order', async () => {
    const target = await empty();
    await run('restore', target.uri, backup);
    for (const { name } of manifest.collections) {
      const bytes = async ({ db }: TestDatabase) =>
        (await db.collection(name).find({}, { promoteValues: false }).sort({ _id: 1 }).toArray()).map((one) =>
          Buffer.from(mongo.BSON.serialize(one)).toString('hex'),
        );
      expect(await bytes(target), name).to.deep.equal(await bytes(world.database));
    }
  });

  it('holds neither the master key nor who is signed in', async () => {
    const names = manifest.collections.map(({ name }) => name);
    expect(names).to.include.members([
      'events',
      'entries',
      'holdings',
      'units',
      'commands',
      'patients',
      'tokens',
    ]);
    expect(names).not.to.include.members(['sessions']);
    for (const name of await readdir(backup)) {
      const bytes = await readFile(join(backup, name));
      const plain = name.endsWith('.gz') ? gunzipSync(bytes) : bytes;
      expect(plain.includes(masterKey), name).to.equal(false);
      expect(plain.includes(masterKey.toString('base64')), name).to.equal(false);
      expect(plain.includes(Buffer.from('测试二')), name).to.equal(false);
    }
  });

  it('refuses a database that is not empty, and changes nothing there', async () => {
    const target = await empty();
    await target.db.collection<{ _id: string }>('facts').insertOne({ _id: 'mine' });
    const { code, stderr } = await run('restore', target.uri, backup);
    expect(code).to.equal(1);
    expect(stderr).to.match(/into an empty database only, and test-\w+ is not empty/);
    expect((await target.db.listCollections().toArray()).map(({ name }) => name)).to.deep.equal(['facts']);
  });

  it('refuses a file that was changed, cut off, or is not there, and a directory without a manifest', async () => {
    const flipped = await damaged((bytes) => {
      const at = bytes.indexOf('contentHash') + 20;
      bytes.writeUInt8((bytes[at] ?? 0) ^ 1, at);
      return bytes;
    });
    const cut = await damaged((bytes) => bytes.subarray(0, -7));
    const missing = await damaged((bytes) => bytes);
    await rm(join(missing, 'entries.bson.gz'));
    const none = await mkdtemp(join(directory, 'none-'));
    const said: string[] = [];
    for (const one of [flipped, cut, missing, none]) {
      const { code, stderr } = await run('restore', (await empty()).uri, one);
      expect(code).to.equal(1);
      said.push(stderr.trim().split('\n').at(-1) ?? '');
    }
    expect(said[0]).to.match(/^The file of events is not the one that the manifest was written with/);
    expect(said[1]).to.match(/events\.bson\.gz ends in the middle of a document/);
    expect(said[2]).to.match(/entries\.bson\.gz cannot be read/);
    expect(said[3]).to.match(/holds no complete backup/);
  });

  it('does not write over a backup', async () => {
    const before = await readFile(join(backup, 'manifest.json'), 'utf8');
    const { code, stderr } = await run('backup', world.database.uri, backup);
    expect([code, /name one that does not exist yet/.test(stderr)]).to.deep.equal([1, true]);
    expect(await readFile(join(backup, 'manifest.json'), 'utf8')).to.equal(before);
  });

  it('carries out again what was erased or restricted after the backup, from the journal of a younger one', async () => {
    const patients = await patientsOf(world.database);
    const subject = { inpatientNumber: 'ZY-2' };
    const organisation = members.hospitalA.id;
    await patients.restrict({ organisation, subject, reader: reader(), reason: 'patient-request' });
    const younger = join(directory, 'younger');
    await run('backup', world.database.uri, younger);
    const target = await empty();
    const journal = join(younger, 'erasures.jsonl');
    const { stdout } = await run('restore', target.uri, backup, '--erasures', journal);
    expect(stdout).to.match(/0 erasures and 1 restrictions were carried out again/);
  });
});
