import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { documentsOf } from '../../src/database/documents.ts';
import type { Write } from '../../src/database/write.ts';
import type { Identity } from '../../src/patients/identity.ts';
import { applyWrite, lostRace, openWard, readerOf, recordUse, type Ward } from './ward.ts';

const wang: Identity = { inpatientNumber: 'ZY1', recordNumber: 'BA1', name: '王秀英' };

describe('patients: two theatres at once', () => {
  let ward: Ward;
  let hospital: string;
  before(async () => {
    ward = await openWard();
  });
  after(() => ward.database.drop());
  beforeEach(() => {
    hospital = randomUUID();
  });

  const use = async (identity: Identity, retainUntil: string) => {
    const pseudonym = randomUUID();
    const facts = { organisation: hospital, identity, pseudonyms: [pseudonym], retainUntil };
    return { pseudonym, ...(await recordUse(ward, ward.another(), facts)) };
  };
  const find = (query: { inpatientNumber: string } | { recordNumber: string }) =>
    ward.patients.findUses({ organisation: hospital, query, reader: readerOf(hospital), purpose: 'recall' });
  const patientsNow = () => ward.db.collection('patients').countDocuments({ organisation: hospital });

  const usesStored = () =>
    ward.db.collection('patientLinks').countDocuments({ organisation: hospital, record: { $exists: true } });
  const erase = () =>
    ward.another().erase({
      organisation: hospital,
      subject: { recordNumber: 'BA1' },
      reader: readerOf(hospital),
      reason: 'patient-request',
    });
  const commitAll = async (writes: readonly Write[]): Promise<string> => {
    const session = ward.db.client.startSession();
    session.startTransaction();
    try {
      for (const write of writes) await applyWrite(ward.db, write, session);
      await session.commitTransaction();
      return 'committed';
    } catch (error) {
      if (session.inTransaction()) await session.abortTransaction();
      if (!lostRace(error)) throw error;
      return 'lost the race';
    } finally {
      await session.endSession();
    }
  };

  it('that record the first use of a patient make one patient, and every use is found', async () => {
    let lost = 0;
    for (let round = 0; round < 5; round += 1) {
      hospital = randomUUID();
      const uses = await Promise.all(Array.from({ length: 8 }, () => use(wang, 'permanent')));
      lost += uses.reduce((sum, { attempts }) => sum + attempts - 1, 0);
      expect(await patientsNow()).to.equal(1);
      const found = await find({ recordNumber: 'BA1' });
      expect(found?.pseudonyms).to.have.members(uses.map(({ pseudonym }) => pseudonym));
      expect(found?.identityConflict).to.equal(false);
    }
    // Else nothing raced, and the test says nothing.
    expect(lost).to.be.greaterThan(0);
  });

  it('that know different numbers of a patient lose no use', async () => {
    const identities: Identity[] = [{ inpatientNumber: 'ZY1' }, { recordNumber: 'BA1' }, wang];
    for (let round = 0; round < 5; round += 1) {
      hospital = randomUUID();
      const uses = await Promise.all(
        [...identities, ...identities].map((identity) => use(identity, 'permanent')),
      );
      const found = [await find({ inpatientNumber: 'ZY1' }), await find({ recordNumber: 'BA1' })];
      const pseudonyms = new Set(found.flatMap((patient) => patient?.pseudonyms ?? []));
      expect([...pseudonyms]).to.have.members(uses.map(({ pseudonym }) => pseudonym));
      // Where both numbers were known first, it is one patient; else it is two, and the mixture is flagged.
      const conflicts = found.map((patient) => patient?.identityConflict);
      const patients = await patientsNow();
      expect(conflicts).to.deep.equal(patients === 1 ? [false, false] : [true, true]);
    }
  });

  it('of which one records and the other erases: the use is erased with the patient, or begins a new one', async () => {
    for (let round = 0; round < 25; round += 1) {
      hospital = randomUUID();
      await use(wang, '2025-01-01');
      const [late] = await Promise.all([use(wang, '2025-01-01'), erase()]);
      // Never a use that leads to a patient whose key is gone.
      const found = await find({ recordNumber: 'BA1' });
      expect(await usesStored()).to.equal(found === undefined ? 0 : 1);
      expect(await patientsNow()).to.equal(found === undefined ? 0 : 1);
      if (found !== undefined) expect(found.pseudonyms).to.deep.equal([late.pseudonym]);
    }
  });

  it('cannot commit a use that was prepared before an erasure, but prepare it anew', async () => {
    await use(wang, '2025-01-01');
    const pseudonym = randomUUID();
    const facts = {
      organisation: hospital,
      identity: wang,
      pseudonyms: [pseudonym],
      retainUntil: '2025-01-01',
    };
    const stale = await ward.patients.prepareUse(facts);
    await erase();
    expect(await commitAll(stale.writes)).to.equal('lost the race');
    expect(await usesStored()).to.equal(0);
    await recordUse(ward, ward.patients, facts);
    expect((await find({ inpatientNumber: 'ZY1' }))?.pseudonyms).to.deep.equal([pseudonym]);
  });

  it('cannot erase past a use that is being committed', async () => {
    await use(wang, '2025-01-01');
    const session = ward.db.client.startSession();
    session.startTransaction({ readConcern: { level: 'snapshot' }, writeConcern: { w: 'majority' } });
    const facts = {
      organisation: hospital,
      identity: wang,
      pseudonyms: [randomUUID()],
      retainUntil: '2025-01-01',
    };
    const { writes } = await ward.patients.prepareUse({ ...facts, documents: documentsOf(ward.db, session) });
    for (const write of writes) await applyWrite(ward.db, write, session);
    const erasing = erase();
    await session.commitTransaction();
    await session.endSession();
    expect((await erasing).outcome).to.equal('erased');
    expect(await usesStored()).to.equal(0);
    expect(await find({ recordNumber: 'BA1' })).to.equal(undefined);
  });

  it('of which one reads or prepares while the other erases: it sees all of the patient, or nothing', async () => {
    for (let round = 0; round < 25; round += 1) {
      hospital = randomUUID();
      const facts = { organisation: hospital, identity: wang, retainUntil: '2025-01-01' };
      await recordUse(ward, ward.patients, {
        ...facts,
        pseudonyms: Array.from({ length: 9 }, () => randomUUID()),
      });
      let done = false;
      const erasing = erase().finally(() => {
        done = true;
      });
      while (!done) {
        const [found, { writes }] = await Promise.all([
          find({ recordNumber: 'BA1' }),
          ward.patients.prepareUse({ ...facts, pseudonyms: [randomUUID()] }),
        ]);
        expect(found?.pseudonyms.length ?? 9).to.equal(9);
        // A link; for a new patient also the patient and two numbers.
        expect(writes.length).to.be.oneOf([1, 4]);
      }
      await erasing;
    }
  });
});
