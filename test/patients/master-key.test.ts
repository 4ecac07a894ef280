import { randomBytes, randomUUID } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { CannotStart } from '../../src/errors.ts';
import { rewrapHospitalKeys } from '../../src/patients/hospital-keys.ts';
import type { Patients } from '../../src/patients/interface.ts';
import { loadMasterKey } from '../../src/patients/master-key.ts';
import { openWard, randomKey, readerOf, recordUse, type Ward } from './ward.ts';

describe('patients: the master key', () => {
  let directory: string;
  let file: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pps-trace-key-'));
    file = join(directory, 'master.key');
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('is made at the first start for this user alone, and found again', async () => {
    const made = await loadMasterKey({ file });
    expect((await stat(file)).mode & 0o777).to.equal(0o600);
    expect(Buffer.from(await readFile(file, 'utf8'), 'base64')).to.have.length(32);
    expect((await loadMasterKey({ file })).equals(made)).to.equal(true);
    expect(await readdir(directory)).to.deep.equal(['master.key']);
  });

  it('is one, however many processes start at once', async () => {
    for (let round = 0; round < 10; round += 1) {
      const starts = Array.from({ length: 20 }, async (_, turns) => {
        for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
        return loadMasterKey({ file });
      });
      const [first, ...others] = await Promise.all(starts);
      expect(others.every((key) => first?.equals(key))).to.equal(true);
      expect(await readdir(directory)).to.deep.equal(['master.key']);
      await rm(file);
    }
  });

  it('from the environment goes before the file, and makes none', async () => {
    const bytes = randomBytes(32);
    const key = await loadMasterKey({ env: bytes.toString('base64'), file });
    expect(key.export().equals(bytes)).to.equal(true);
    expect(await readdir(directory)).to.deep.equal([]);
  });

  it('is refused in one sentence where it is not 32 bytes of base64', async () => {
    const faulty = [
      '',
      'secret',
      randomBytes(31).toString('base64'),
      randomBytes(33).toString('base64'),
      `${randomBytes(32).toString('base64')}!`,
      randomBytes(32).toString('hex'),
    ];
    for (const env of faulty) {
      expect(await refusal(loadMasterKey({ env, file }))).to.match(
        /^MASTER_KEY is not base64 of exactly 32 bytes/,
      );
      await writeFile(file, env, { mode: 0o600 });
      const sentence = await refusal(loadMasterKey({ file }));
      expect(sentence).to.match(/is not base64 of exactly 32 bytes/);
      if (env.length > 6) expect(sentence).not.to.include(env);
    }
  });

  it('is refused where others could have read it', async () => {
    await loadMasterKey({ file });
    for (const mode of [0o640, 0o604, 0o660, 0o644]) {
      await chmod(file, mode);
      expect(await refusal(loadMasterKey({ file }))).to.match(/has mode 06[046]{2}, .*chmod 600/);
    }
  });

  it('is refused where it is a directory, or longer than any key', async () => {
    expect(await refusal(loadMasterKey({ file: directory }))).to.match(/is not a file/);
    await writeFile(file, 'x'.repeat(5_000), { mode: 0o600 });
    expect(await refusal(loadMasterKey({ file }))).to.match(/too long/);
  });
});

describe('patients: a master key and its database', () => {
  let ward: Ward;
  beforeEach(async () => {
    ward = await openWard();
  });
  afterEach(() => ward.database.drop());

  const use = async (patients: Patients, organisation: string) => {
    const pseudonym = randomUUID();
    const identity = { inpatientNumber: 'ZY1', name: '王秀英' };
    await recordUse(ward, patients, {
      organisation,
      identity,
      pseudonyms: [pseudonym],
      retainUntil: 'permanent',
    });
    return pseudonym;
  };
  const nameOf = async (patients: Patients, organisation: string) => {
    const reader = readerOf(organisation);
    const query = { inpatientNumber: 'ZY1' };
    return (await patients.findUses({ organisation, query, reader, purpose: 'care' }))?.identity.name;
  };

  it('belong together: a wrong one is noticed at start, and never seals anything', async () => {
    const hospital = randomUUID();
    await ward.patients.ready();
    await use(ward.patients, hospital);
    const wrong = ward.another(randomKey());
    expect(await refusal(wrong.ready())).to.match(/not the one that this database was sealed with/);
    await refusal(use(wrong, hospital));
    await refusal(use(wrong, randomUUID()));
    await refusal(nameOf(wrong, hospital));
    expect(await ward.db.collection('hospitalKeys').countDocuments()).to.equal(1);
    expect(await ward.db.collection('patients').countDocuments()).to.equal(1);
    await ward.another().ready();
    expect(await nameOf(ward.another(), hospital)).to.equal('王秀英');
  });

  it('belong together also where somebody deleted the check value', async () => {
    await use(ward.patients, randomUUID());
    await ward.db.collection('masterKeyCheck').deleteMany({});
    await refusal(ward.another(randomKey()).ready());
    expect(await ward.db.collection('masterKeyCheck').countDocuments()).to.equal(0);
    await ward.another().ready();
  });

  it('are bound by the first of two processes that start at once', async () => {
    const started = await Promise.allSettled([
      ward.another().ready(),
      ward.another(randomKey()).ready(),
      ward.another(randomKey()).ready(),
    ]);
    expect(started.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
  });

  it('make one key for a hospital, however many processes need it at once', async () => {
    const hospital = randomUUID();
    const processes = Array.from({ length: 10 }, () => ward.another());
    const pseudonyms = await Promise.all(processes.map((patients) => use(patients, hospital)));
    expect(await ward.db.collection('hospitalKeys').countDocuments()).to.equal(1);
    const request = { organisation: hospital, pseudonyms, reader: readerOf(hospital) };
    const answers = await ward.another().identify({ ...request, purpose: 'care' });
    expect([...answers.values()].map(({ kind }) => kind)).to.deep.equal(pseudonyms.map(() => 'identified'));
  });

  it('can be parted: after a change the new key opens everything, and the old one nothing', async () => {
    const hospitals = [randomUUID(), randomUUID(), randomUUID()];
    for (const hospital of hospitals) await use(ward.patients, hospital);
    const newMaster = randomKey();
    await refusal(rewrapHospitalKeys(ward.db, randomKey(), newMaster));
    expect(await rewrapHospitalKeys(ward.db, ward.masterKey, newMaster)).to.equal(3);
    expect(await rewrapHospitalKeys(ward.db, ward.masterKey, newMaster)).to.equal(0);
    for (const hospital of hospitals) {
      expect(await nameOf(ward.another(newMaster), hospital)).to.equal('王秀英');
      await refusal(nameOf(ward.another(), hospital));
    }
    // A process that still runs with the old key knows its hospitals, and makes no keys for new ones.
    expect(await nameOf(ward.patients, hospitals[0] ?? '')).to.equal('王秀英');
    await refusal(use(ward.patients, randomUUID()));
    expect(await ward.db.collection('hospitalKeys').countDocuments()).to.equal(3);
  });

  it('can be parted while hospitals are added: none is left under the old key', async () => {
    await ward.patients.ready();
    const newMaster = randomKey();
    const hospitals = Array.from({ length: 20 }, () => randomUUID());
    const adding = hospitals.map((hospital) =>
      use(ward.another(), hospital).then(
        () => hospital,
        () => undefined,
      ),
    );
    await rewrapHospitalKeys(ward.db, ward.masterKey, newMaster);
    const added = (await Promise.all(adding)).flatMap((hospital) => hospital ?? []);
    expect(await ward.db.collection('hospitalKeys').countDocuments()).to.equal(added.length);
    for (const hospital of added) expect(await nameOf(ward.another(newMaster), hospital)).to.equal('王秀英');
  });
});

async function refusal(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof CannotStart)) throw new Error(`expected a refusal to start, not ${String(error)}`);
  return error.message;
}
