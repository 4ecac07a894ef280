import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { Identity } from '../../src/patients/identity.ts';
import { fails, openWard, readerOf, recordUse, type Ward } from './ward.ts';

const wang: Identity = {
  inpatientNumber: 'ZY20260117',
  recordNumber: 'BA-0042917',
  patientId: 'P8812093',
  name: '王秀英',
  birthDate: '1957-08-14',
  sex: 'female',
};

describe('patients: a use and its patient', () => {
  let ward: Ward;
  let hospital: string;
  before(async () => {
    ward = await openWard();
  });
  after(() => ward.database.drop());
  beforeEach(() => {
    hospital = randomUUID();
  });

  const use = (identity: Identity, organisation = hospital) => {
    const pseudonym = randomUUID();
    const recorded = recordUse(ward, ward.patients, {
      organisation,
      identity,
      pseudonyms: [pseudonym],
      retainUntil: '2040-01-01',
    });
    return recorded.then(({ conflict }) => ({ pseudonym, conflict }));
  };
  const find = (query: Parameters<typeof ward.patients.findUses>[0]['query'], organisation = hospital) =>
    ward.patients.findUses({ organisation, query, reader: readerOf(organisation), purpose: 'care' });
  const identify = (...pseudonyms: string[]) =>
    ward.patients.identify({
      organisation: hospital,
      pseudonyms,
      reader: readerOf(hospital),
      purpose: 'recall',
    });

  it('finds every use of a patient by each number, and the patient by each use', async () => {
    const first = await use(wang);
    const second = await use({ recordNumber: 'BA-0042917' });
    await use({ recordNumber: 'BA-0042918', name: '李建国' });
    for (const query of [
      { inpatientNumber: 'ZY20260117' },
      { recordNumber: 'BA-0042917' },
      { patientId: 'P8812093' },
    ]) {
      expect(await find(query)).to.deep.equal({
        identity: wang,
        earlier: [],
        identityConflict: false,
        unnumbered: false,
        pseudonyms: [first.pseudonym, second.pseudonym],
      });
    }
    const answers = await identify(first.pseudonym, second.pseudonym);
    expect(answers.get(second.pseudonym)).to.deep.equal({
      kind: 'identified',
      stated: { recordNumber: 'BA-0042917' },
      identity: wang,
      earlier: [],
      identityConflict: false,
      unnumbered: false,
    });
  });

  it('takes a number as people read it: full width, case, blanks and invisible characters do not count', async () => {
    const { pseudonym } = await use({ inpatientNumber: 'zy20260117' });
    const found = await find({ inpatientNumber: ' \u200bZY20260117\u3000' });
    expect(found?.pseudonyms).to.deep.equal([pseudonym]);
  });

  it('does not take a number of one kind for one of another', async () => {
    await use({ inpatientNumber: '778812' });
    expect(await find({ recordNumber: '778812' })).to.equal(undefined);
  });

  it('records several devices of one operation, each under its own pseudonym', async () => {
    const pseudonyms = Array.from({ length: 20 }, () => randomUUID());
    await recordUse(ward, ward.patients, {
      organisation: hospital,
      identity: wang,
      pseudonyms,
      retainUntil: 'permanent',
    });
    expect((await find({ patientId: 'P8812093' }))?.pseudonyms).to.deep.equal(pseudonyms);
  });

  it('keeps a later admission as the same patient, without a conflict', async () => {
    const first = await use(wang);
    const second = await use({ recordNumber: 'BA-0042917', inpatientNumber: 'ZY20260999' });
    expect(second.conflict).to.equal(false);
    const found = await find({ inpatientNumber: 'ZY20260999' });
    expect(found?.pseudonyms).to.deep.equal([first.pseudonym, second.pseudonym]);
    expect(found?.identityConflict).to.equal(false);
  });

  it('records a contradiction, keeps the earlier statement, and says so', async () => {
    const first = await use(wang);
    const contradiction = { inpatientNumber: 'ZY20260117', recordNumber: 'BA-7', name: '李建国' };
    const second = await use(contradiction);
    expect(second.conflict).to.equal(true);
    expect(await find({ inpatientNumber: 'ZY20260117' })).to.deep.equal({
      identity: contradiction,
      earlier: [wang],
      identityConflict: true,
      unnumbered: false,
      pseudonyms: [first.pseudonym, second.pseudonym],
    });
    // Who is written to in a recall is who was stated at that use, not who came later under the same number.
    const answer = (await identify(first.pseudonym)).get(first.pseudonym);
    expect(answer?.kind === 'identified' && answer.stated).to.deep.equal(wang);
  });

  it('finds a use that named two patients under both, and follows the number that holds for life', async () => {
    const one = await use({ inpatientNumber: 'ZY1', name: '王秀英' });
    const other = await use({ recordNumber: 'BA2', name: '李建国' });
    const both = await use({ inpatientNumber: 'ZY1', recordNumber: 'BA2', name: '李建国' });
    expect(both.conflict).to.equal(true);
    const byInpatient = await find({ inpatientNumber: 'ZY1' });
    expect(byInpatient?.pseudonyms).to.deep.equal([one.pseudonym, both.pseudonym]);
    expect(byInpatient?.identityConflict).to.equal(true);
    expect(byInpatient?.identity.name).to.equal('王秀英');
    const byRecord = await find({ recordNumber: 'BA2' });
    expect(byRecord?.pseudonyms).to.deep.equal([other.pseudonym, both.pseudonym]);
    expect(byRecord?.identityConflict).to.equal(true);
    const answer = (await identify(both.pseudonym)).get(both.pseudonym);
    expect(answer?.kind === 'identified' && answer.identity.recordNumber).to.equal('BA2');
  });

  it('makes a patient without a number one of its own, marked', async () => {
    const one = await use({ name: '无名氏' });
    const other = await use({ name: '无名氏', inpatientNumber: '  ' });
    const answers = await identify(one.pseudonym, other.pseudonym);
    expect(answers.get(one.pseudonym)).to.deep.equal({
      kind: 'identified',
      stated: { name: '无名氏' },
      identity: { name: '无名氏' },
      earlier: [],
      identityConflict: false,
      unnumbered: true,
    });
    expect(await ward.db.collection('patients').countDocuments({ organisation: hospital })).to.equal(2);
  });

  it('knows nothing of one hospital in another', async () => {
    const elsewhere = randomUUID();
    const { pseudonym } = await use(wang, elsewhere);
    expect(await find({ inpatientNumber: 'ZY20260117' })).to.equal(undefined);
    expect((await identify(pseudonym)).get(pseudonym)).to.deep.equal({ kind: 'none' });
    await use(wang);
    const indexes = await ward.db.collection('patientIndexes').distinct('_id', { organisation: hospital });
    const theirs = await ward.db.collection('patientIndexes').distinct('_id', { organisation: elsewhere });
    expect(indexes.filter((index) => theirs.includes(index))).to.deep.equal([]);
    expect(indexes).to.have.length(3);
  });

  it('answers a reader of another organisation as if nothing were there', async () => {
    const { pseudonym } = await use(wang);
    const reader = readerOf(randomUUID());
    const request = { organisation: hospital, reader, purpose: 'care' as const };
    await fails('not-found', ward.patients.findUses({ ...request, query: { patientId: 'P8812093' } }));
    await fails('not-found', ward.patients.identify({ ...request, pseudonyms: [pseudonym] }));
  });

  it('refuses what has the wrong form, naming the field and never its content', async () => {
    const secret = 'x'.repeat(300);
    const failure = await fails('request/invalid', use({ name: secret, birthDate: '王秀英' }));
    expect(failure.faults.map(({ pointer }) => pointer)).to.deep.equal([
      '/identity/name',
      '/identity/birthDate',
    ]);
    expect(JSON.stringify([failure, failure.faults, failure.stack])).not.to.match(/xxx|王秀英/);
    const pseudonyms = Array.from({ length: 1_001 }, () => randomUUID());
    const request = { organisation: hospital, pseudonyms, reader: readerOf(hospital) };
    await fails('request/too-large', ward.patients.identify({ ...request, purpose: 'care' }));
    await fails(
      'request/too-large',
      ward.patients.prepareUse({ ...request, identity: wang, retainUntil: 'permanent' }),
    );
    await fails('request/invalid', find({ patientId: ' \u200b' }));
  });

  it('refuses a pseudonym that is taken, instead of retrying for ever', async () => {
    const { pseudonym } = await use(wang);
    const again = recordUse(ward, ward.patients, {
      organisation: hospital,
      identity: wang,
      pseudonyms: [pseudonym],
      retainUntil: 'permanent',
    });
    expect(await again.catch((error: unknown) => String(error))).to.match(/taken/);
  });

  it('reads a chain of 300 uses and 250 patients at once, complete', async () => {
    const long = Array.from({ length: 300 }, () => randomUUID());
    const facts = { organisation: hospital, retainUntil: 'permanent' as const };
    await recordUse(ward, ward.patients, { ...facts, identity: wang, pseudonyms: long });
    expect((await find({ patientId: 'P8812093' }))?.pseudonyms).to.deep.equal(long);
    const many: string[] = [];
    for (let number = 0; number < 250; number += 1) {
      many.push((await use({ inpatientNumber: `N${number}`, name: `患者${number}` })).pseudonym);
    }
    const answers = await identify(...many);
    const names = many.map((pseudonym) => {
      const answer = answers.get(pseudonym);
      return answer?.kind === 'identified' ? answer.identity.name : undefined;
    });
    expect(names).to.deep.equal(many.map((_, number) => `患者${number}`));
  });
});
