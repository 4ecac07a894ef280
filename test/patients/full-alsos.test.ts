import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { documentsOf } from '../../src/database/documents.ts';
import { HospitalKeyring } from '../../src/patients/hospital-keys.ts';
import type { Identity } from '../../src/patients/identity.ts';
import { patientsMigrations } from '../../src/patients/migrations.ts';
import { loadPatients, openWay, patientCollections, queryIndex } from '../../src/patients/records.ts';
import { loadChain, sealRecord } from '../../src/patients/use-chain.ts';
import { openWard, readerOf, recordUse, type Ward } from './ward.ts';

describe('patients: a statement that named two', () => {
  let ward: Ward;
  let hospital: string;
  beforeEach(async () => {
    ward = await openWard();
    hospital = randomUUID();
  });
  afterEach(() => ward.database.drop());

  const use = (identity: Identity) =>
    recordUse(ward, ward.patients, {
      organisation: hospital,
      identity,
      pseudonyms: [randomUUID()],
      retainUntil: '2025-01-01',
    });
  const mixUp = async () => {
    await use({ recordNumber: 'BA1', name: '王秀英' });
    await use({ recordNumber: 'BA2', inpatientNumber: 'ZY2', name: '李建国' });
    await use({ recordNumber: 'BA1', inpatientNumber: 'ZY2', name: '王秀英', phone: '13800000000' });
  };
  const chainOf = async (recordNumber: string) => {
    const keys = await new HospitalKeyring(ward.db, ward.masterKey).of(hospital);
    const record = queryIndex(keys, { recordNumber }) ?? '';
    const index = await patientCollections(ward.db).indexes.findOne({ _id: record });
    const way = { purpose: 'index-to-patient/1' as const, organisation: hospital, record };
    const id = openWay(keys, way, index?.patient ?? '');
    const patient = (await loadPatients(documentsOf(ward.db), keys, hospital, [id])).get(id);
    if (patient === undefined) throw new Error('no such patient');
    return loadChain(documentsOf(ward.db), patient);
  };
  const statedAlso = async (recordNumber: string) =>
    (await chainOf(recordNumber)).records
      .filter(({ kind }) => kind === 'also')
      .map(({ identity }) => identity);

  it('leaves nothing of the one who is erased under the other’s key', async () => {
    await mixUp();
    const request = { subject: { recordNumber: 'BA1' }, reason: 'patient-request' as const };
    const erased = await ward.patients.erase({
      ...request,
      organisation: hospital,
      reader: readerOf(hospital),
    });
    expect(erased.outcome).to.equal('erased');
    expect(await statedAlso('BA2')).to.deep.equal([{}]);
  });

  it('is emptied at the next start where an earlier version has kept it, once', async () => {
    await mixUp();
    const { patient, records, positions } = await chainOf('BA2');
    const [record, position = ''] = [records[1], positions[1]];
    if (record === undefined) throw new Error('no such record');
    const full = { ...record, identity: { recordNumber: 'BA1', name: '王秀英' } };
    const links = patientCollections(ward.db).links;
    await links.updateOne({ _id: position }, { $set: { record: sealRecord(patient, position, full) } });
    expect(await statedAlso('BA2')).to.deep.equal([full.identity]);

    await patientsMigrations.find(({ id }) => id === 'patients/002-full-alsos')?.run(ward.db);
    await Promise.all([ward.another().applyErasures(), ward.another().applyErasures()]);
    expect(await statedAlso('BA2')).to.deep.equal([{}]);
    expect((await chainOf('BA2')).records[0]?.identity.name).to.equal('李建国');
    expect(await ward.db.collection('fullAlsos').countDocuments()).to.equal(0);
  });
});
