import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { IdentityRead, Page, ReadingPurpose } from '../../src/patients/interface.ts';
import { fails, openWard, readerOf, recordUse, type Ward } from './ward.ts';

describe('patients: the audit trail of identities', () => {
  let ward: Ward;
  let hospital: string;
  let pseudonym: string;
  before(async () => {
    ward = await openWard();
  });
  after(() => ward.database.drop());
  beforeEach(async () => {
    hospital = randomUUID();
    pseudonym = randomUUID();
    await recordUse(ward, ward.patients, {
      organisation: hospital,
      identity: { inpatientNumber: 'ZY1', name: '王秀英' },
      pseudonyms: [pseudonym],
      retainUntil: 'permanent',
    });
  });

  const find = (inpatientNumber: string, purpose: ReadingPurpose = 'care') => {
    const reader = readerOf(hospital);
    const request = { organisation: hospital, query: { inpatientNumber }, reader, purpose };
    return { reader, answer: ward.patients.findUses(request) };
  };
  const identify = (pseudonyms: readonly string[], purpose: ReadingPurpose = 'recall') => {
    const reader = readerOf(hospital);
    const request = { organisation: hospital, pseudonyms, reader, purpose };
    return { reader, answer: ward.patients.identify(request) };
  };
  const reads = async () => (await ward.patients.listIdentityReads(hospital)).items;
  /** The server itself refuses every line from now on. */
  const auditFails = (failing: boolean) =>
    ward.db.command({ collMod: 'identityReads', validator: failing ? { never: { $exists: true } } : {} });

  it('says who read whose identity, when, in which request, and why', async () => {
    ward.clock.set('2026-03-02T01:02:03.000Z');
    const { reader, answer } = identify([pseudonym]);
    await answer;
    const [read, ...more] = await reads();
    expect(more).to.deep.equal([]);
    const patient = await ward.db.collection('patients').findOne({ organisation: hospital });
    expect(read).to.deep.equal({
      id: read?.id,
      organisation: hospital,
      at: '2026-03-02T01:02:03.000Z',
      person: reader.person,
      requestId: reader.requestId,
      action: 'identify',
      purpose: 'recall',
      uses: 1,
      patients: [String(patient?._id)],
      refused: [],
      intact: true,
    });
  });

  it('answers no identity when the line cannot be written', async () => {
    await auditFails(true);
    try {
      for (const { answer } of [find('ZY1'), identify([pseudonym])]) {
        const outcome = await answer.then(
          (identity) => ({ identity }),
          (error: unknown) => ({ error }),
        );
        expect(outcome).to.have.property('error');
        expect(JSON.stringify(outcome)).not.to.include('王秀英');
      }
    } finally {
      await auditFails(false);
    }
    expect(await reads()).to.deep.equal([]);
    expect((await find('ZY1').answer)?.identity.name).to.equal('王秀英');
    expect(await reads()).to.have.length(1);
  });

  it('also records a search that found nobody, and one that was refused', async () => {
    expect(await find('NOBODY').answer).to.equal(undefined);
    await ward.patients.restrict({
      organisation: hospital,
      subject: { inpatientNumber: 'ZY1' },
      reader: readerOf(hospital),
      reason: 'patient-request',
    });
    await fails('patient/restricted', find('ZY1').answer);
    const found = (await reads()).filter(({ action }) => action === 'find-uses');
    const summary = found.map((read) => [read.uses, read.patients.length, read.refused.length]);
    expect(summary).to.have.deep.members([
      [0, 0, 0],
      [1, 1, 1],
    ]);
  });

  it('shows a line that somebody changed in the database', async () => {
    await find('ZY1').answer;
    await ward.db
      .collection('identityReads')
      .updateOne({ organisation: hospital }, { $set: { person: randomUUID() } });
    expect((await reads()).map(({ intact, patients }) => ({ intact, patients }))).to.deep.equal([
      { intact: false, patients: [] },
    ]);
  });

  it('lists one hospital alone, newest first, page by page', async () => {
    const requests: string[] = [];
    for (let second = 10; second < 17; second += 1) {
      ward.clock.set(`2026-03-02T01:02:${second}.000Z`);
      const { reader, answer } = find('ZY1');
      await answer;
      requests.unshift(reader.requestId);
    }
    const elsewhere = readerOf(randomUUID());
    const query = { inpatientNumber: 'ZY1' };
    await ward.patients.findUses({
      organisation: elsewhere.organisation,
      query,
      reader: elsewhere,
      purpose: 'care',
    });

    const listed: IdentityRead[] = [];
    let page: Page<IdentityRead> = await ward.patients.listIdentityReads(hospital, undefined, 3);
    for (; page.next !== undefined; page = await ward.patients.listIdentityReads(hospital, page.next, 3)) {
      expect(page.items).to.have.length(3);
      listed.push(...page.items);
    }
    listed.push(...page.items);
    expect(listed.map(({ requestId }) => requestId)).to.deep.equal(requests);
  });

  it('refuses a cursor that is none, and a page that is too long', async () => {
    const forged = Buffer.from(JSON.stringify([{ $gt: '' }, { $gt: '' }])).toString('base64url');
    for (const cursor of ['', 'x', forged]) {
      await fails('request/invalid', ward.patients.listIdentityReads(hospital, cursor));
    }
    for (const limit of [0, 201, 1.5, Number.NaN]) {
      await fails('request/invalid', ward.patients.listIdentityReads(hospital, undefined, limit));
    }
  });

  it('says who asked to restrict or erase, before the answer tells that a number is a patient’s', async () => {
    const ask = (action: 'restrict' | 'erase', inpatientNumber: string) => {
      const request = { organisation: hospital, subject: { inpatientNumber }, reader: readerOf(hospital) };
      return ward.patients[action]({ ...request, reason: 'patient-request' });
    };
    await auditFails(true);
    expect(await ask('restrict', 'ZY1').catch(() => 'refused')).to.equal('refused');
    await auditFails(false);
    expect(
      (await ward.patients.listErasures()).items.filter((line) => line.organisation === hospital),
    ).to.deep.equal([]);
    ward.clock.set('2026-03-05T00:00:01.000Z');
    await ask('restrict', 'ZY1');
    ward.clock.set('2026-03-05T00:00:02.000Z');
    await ask('restrict', 'ZY1');
    ward.clock.set('2026-03-05T00:00:03.000Z');
    await fails('not-found', ask('erase', 'NOBODY'));
    const lines = (await reads()).map(({ action, purpose, patients, intact }) => [
      ...[action, purpose, patients.length, intact],
    ]);
    expect(lines).to.deep.equal([
      ['erase', 'legal-duty', 0, true],
      ['restrict', 'legal-duty', 1, true],
      ['restrict', 'legal-duty', 1, true],
    ]);
  });
});
