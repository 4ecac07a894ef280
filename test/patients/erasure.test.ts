import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import type { mongo } from 'mongoose';
import { longestRetention, retentionRuns } from '../../src/patients/erasure.ts';
import type { Identity } from '../../src/patients/identity.ts';
import type { Erasure, ErasureSubject, ReadingPurpose } from '../../src/patients/interface.ts';
import { fails, openWard, readerOf, recordUse, type Ward } from './ward.ts';

const wang: Identity = { inpatientNumber: 'ZY1', recordNumber: 'BA1', name: '王秀英' };
const duties: ReadingPurpose[] = ['recall', 'adverse-event', 'legal-duty'];

describe('patients: restriction and erasure', () => {
  let ward: Ward;
  let hospital: string;
  beforeEach(async () => {
    ward = await openWard();
    hospital = randomUUID();
    ward.clock.set('2026-03-01T02:00:00Z');
  });
  afterEach(() => ward.database.drop());

  const use = async (identity: Identity, retainUntil: string) => {
    const pseudonym = randomUUID();
    const facts = { organisation: hospital, identity, pseudonyms: [pseudonym], retainUntil };
    await recordUse(ward, ward.patients, facts);
    return pseudonym;
  };
  const find = (purpose: ReadingPurpose, inpatientNumber = 'ZY1') =>
    ward.patients.findUses({
      organisation: hospital,
      query: { inpatientNumber },
      reader: readerOf(hospital),
      purpose,
    });
  const kindOf = async (pseudonym: string, purpose: ReadingPurpose) => {
    const request = { organisation: hospital, pseudonyms: [pseudonym], reader: readerOf(hospital), purpose };
    return (await ward.patients.identify(request)).get(pseudonym)?.kind;
  };
  const erase = (subject: ErasureSubject = { inpatientNumber: 'ZY1' }) =>
    ward.patients.erase({
      organisation: hospital,
      subject,
      reader: readerOf(hospital),
      reason: 'patient-request',
    });
  const journal = async () => (await ward.patients.listErasures()).items;

  it('restricts while the retention runs: no care, but recall, adverse event and legal duty', async () => {
    const pseudonym = await use(wang, '2026-03-01');
    const outcome = await erase();
    expect(outcome).to.deep.include({ outcome: 'restricted', until: '2026-03-01' });
    await fails('patient/restricted', find('care'));
    expect(await kindOf(pseudonym, 'care')).to.equal('restricted');
    for (const purpose of duties) {
      expect((await find(purpose))?.identity).to.deep.equal(wang);
      expect(await kindOf(pseudonym, purpose)).to.equal('identified');
    }
  });

  it('takes the longest retention of all uses, and never erases what is kept permanently', async () => {
    await use(wang, '2026-01-01');
    await use(wang, '2027-06-30');
    await use(wang, '2026-02-01');
    expect(await erase()).to.deep.include({ outcome: 'restricted', until: '2027-06-30' });
    await use(wang, 'permanent');
    ward.clock.set('2126-01-01T00:00:00Z');
    expect(await erase()).to.deep.include({ outcome: 'restricted', until: 'permanent' });
  });

  it('restricts once, however often it is asked, and erases when the retention has ended', async () => {
    await use(wang, '2026-03-31');
    await erase();
    await erase();
    expect((await journal()).map(({ kind }) => kind)).to.deep.equal(['restricted']);
    // In China it is 1 April from 16:00 UTC on.
    ward.clock.set('2026-03-31T15:59:59Z');
    expect((await erase()).outcome).to.equal('restricted');
    ward.clock.set('2026-03-31T16:00:00Z');
    expect((await erase()).outcome).to.equal('erased');
  });

  it('leaves nothing that any key opens, and nothing that leads to the patient', async () => {
    const erased = [
      await use(wang, '2025-01-01'),
      await use({ ...wang, inpatientNumber: 'ZY2' }, '2025-01-01'),
    ];
    const kept = await use({ inpatientNumber: 'ZY3', name: '李建国' }, '2025-01-01');
    const outcome = await erase();
    expect(outcome.outcome).to.equal('erased');
    const names = ['patients', 'patientLinks', 'patientIndexes'];
    const left = await Promise.all(names.map((name) => ward.db.collection(name).find().toArray()));
    const [patients, links, indexes] = left;
    expect(patients?.map(({ _id }) => String(_id))).not.to.include(outcome.keyId);
    expect(patients).to.have.length(1);
    expect(indexes).to.have.length(1);
    // The other patient's use, and the end of the chain, which holds nothing.
    expect(links?.map((link) => Object.keys(link).length).sort()).to.deep.equal([2, 5]);
    for (const purpose of [...duties, 'care' as const]) {
      expect(await find(purpose)).to.equal(undefined);
      expect(await find(purpose, 'ZY2')).to.equal(undefined);
      for (const pseudonym of erased) expect(await kindOf(pseudonym, purpose)).to.equal('none');
    }
    expect(await kindOf(kept, 'care')).to.equal('identified');
    await fails('not-found', erase());
  });

  it('opens nothing with the master key and copies of the links, once the patient key is gone', async () => {
    const pseudonym = await use(wang, '2025-01-01');
    const copies = await copy(['patientLinks', 'patientIndexes']);
    await erase();
    await putBack(copies);
    for (const reading of [find('recall'), kindOf(pseudonym, 'recall')]) {
      const outcome = await reading.then(
        (answer) => JSON.stringify(answer),
        (error: unknown) => String(error),
      );
      expect(outcome).to.match(/^SealBroken: the patient .* is missing$/);
    }
  });

  it('journals who, when and why, without identity', async () => {
    await use(wang, '2025-01-01');
    const reader = readerOf(hospital);
    ward.clock.set('2026-05-04T03:02:01Z');
    const subject = { recordNumber: 'BA1' };
    const request = { organisation: hospital, subject, reader, reason: 'retention-ended' as const };
    const { keyId } = await ward.patients.erase(request);
    const lines = await journal();
    expect(lines).to.deep.equal([
      {
        id: lines[0]?.id,
        kind: 'erased',
        organisation: hospital,
        keyId,
        at: '2026-05-04T03:02:01.000Z',
        person: reader.person,
        requestId: reader.requestId,
        reason: 'retention-ended',
      },
    ]);
  });

  it('reaches a patient without a number by a pseudonym', async () => {
    const pseudonym = await use({ name: '无名氏' }, '2025-01-01');
    expect((await erase({ pseudonym })).outcome).to.equal('erased');
    expect(await kindOf(pseudonym, 'recall')).to.equal('none');
  });

  it('erases one of two patients whom a statement mixed up, and leaves the other whole', async () => {
    const one = await use({ inpatientNumber: 'ZY1', name: '王秀英' }, '2025-01-01');
    const other = await use({ recordNumber: 'BA2', name: '李建国' }, '2025-01-01');
    const both = await use({ inpatientNumber: 'ZY1', recordNumber: 'BA2' }, '2025-01-01');
    await erase();
    expect(await kindOf(one, 'recall')).to.equal('none');
    expect(await kindOf(other, 'recall')).to.equal('identified');
    expect(await kindOf(both, 'recall')).to.equal('identified');
    expect(await find('recall')).to.equal(undefined);
  });

  it('erases the one whom the mixed statement went to, and leaves the way to the other', async () => {
    const one = await use({ inpatientNumber: 'ZY1', name: '王秀英' }, '2025-01-01');
    await use({ recordNumber: 'BA2', name: '李建国' }, '2025-01-01');
    const both = await use({ inpatientNumber: 'ZY1', recordNumber: 'BA2' }, '2025-01-01');
    await erase({ recordNumber: 'BA2' });
    // That a use was recorded under this number, too, is known of this patient.
    const found = await find('recall');
    expect(found?.pseudonyms).to.deep.equal([one, both]);
    expect(found?.identity.name).to.equal('王秀英');
    expect(await kindOf(both, 'recall')).to.equal('none');
  });

  it('begins a new patient when one comes back after an erasure', async () => {
    const before = await use(wang, '2025-01-01');
    await erase();
    const after = await use(wang, '2040-01-01');
    expect((await find('care'))?.pseudonyms).to.deep.equal([after]);
    expect(await kindOf(before, 'recall')).to.equal('none');
  });

  it('refuses another hospital, and a number that nobody has', async () => {
    await use(wang, '2025-01-01');
    const subject = { inpatientNumber: 'ZY1' };
    const request = { subject, reader: readerOf(randomUUID()), reason: 'patient-request' as const };
    await fails('not-found', ward.patients.erase({ ...request, organisation: hospital }));
    await fails('not-found', ward.patients.erase({ ...request, organisation: request.reader.organisation }));
    await fails('not-found', erase({ inpatientNumber: 'NOBODY' }));
    await fails('request/invalid', erase({ inpatientNumber: '\u3000' }));
    expect(await kindOf(await use(wang, '2025-01-01'), 'care')).to.equal('identified');
  });

  it('holds after a restore: what was erased or restricted since the backup is so again', async () => {
    const erased = await use(wang, '2025-01-01');
    const restricted = await use({ inpatientNumber: 'ZY2', name: '李建国' }, 'permanent');
    const backup = await copy(['patients', 'patientLinks', 'patientIndexes', 'erasures']);
    await erase();
    await erase({ inpatientNumber: 'ZY2' });
    const kept = await journal();

    await putBack(backup);
    expect(await kindOf(erased, 'care')).to.equal('identified');
    expect(await ward.patients.applyErasures()).to.deep.equal({ erased: 0, restricted: 0 });
    expect(await ward.another().applyErasures(kept)).to.deep.equal({ erased: 1, restricted: 1 });
    expect(await kindOf(erased, 'recall')).to.equal('none');
    expect(await kindOf(restricted, 'care')).to.equal('restricted');
    expect(await journal()).to.deep.equal(kept);
    expect(await ward.patients.applyErasures(kept)).to.deep.equal({ erased: 0, restricted: 0 });
  });

  it('holds after a restore also where several processes start at once', async () => {
    const erased = await use(wang, '2025-01-01');
    await use({ inpatientNumber: 'ZY2', name: '李建国' }, 'permanent');
    const backup = await copy(['patients', 'patientLinks', 'patientIndexes']);
    await erase();
    await erase({ inpatientNumber: 'ZY2' });
    await putBack(backup);
    const starting = [ward.another(), ward.another(), ward.another(), ward.another()];
    const again = await Promise.all(starting.map((process) => process.applyErasures()));
    expect(again.reduce((sum, { erased: count }) => sum + count, 0)).to.equal(1);
    expect(again.reduce((sum, { restricted }) => sum + restricted, 0)).to.equal(1);
    expect(await kindOf(erased, 'recall')).to.equal('none');
  });

  it('refuses a kept journal that was not ours', async () => {
    const forged = [{ kind: 'erased', name: '王秀英' }] as unknown as Erasure[];
    const outcome = await ward.patients.applyErasures(forged).catch((error: unknown) => String(error));
    expect(outcome).to.be.a('string');
    expect(await journal()).to.deep.equal([]);
  });

  it('lists the journal page by page, oldest first', async () => {
    for (let day = 1; day <= 5; day += 1) {
      await use({ inpatientNumber: `N${day}` }, 'permanent');
      ward.clock.set(`2026-04-0${day}T00:00:00Z`);
      await erase({ inpatientNumber: `N${day}` });
    }
    const first = await ward.patients.listErasures(undefined, 3);
    const second = await ward.patients.listErasures(first.next, 3);
    const days = [...first.items, ...second.items].map(({ at }) => at.slice(0, 10));
    expect(days).to.deep.equal(['2026-04-01', '2026-04-02', '2026-04-03', '2026-04-04', '2026-04-05']);
    expect(second.next).to.equal(undefined);
  });

  async function copy(names: readonly string[]): Promise<Map<string, mongo.Document[]>> {
    const copies = new Map<string, mongo.Document[]>();
    for (const name of names) copies.set(name, await ward.db.collection(name).find().toArray());
    return copies;
  }

  async function putBack(copies: ReadonlyMap<string, mongo.Document[]>): Promise<void> {
    for (const [name, documents] of copies) {
      await ward.db.collection(name).deleteMany({});
      if (documents.length > 0) await ward.db.collection(name).insertMany(documents);
    }
  }
});

describe('patients: retention', () => {
  it('is the longest, whatever the order', () => {
    const day = fc.date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(fc.array(day, { minLength: 1 }), (dates) => {
        const latest = new Date(Math.max(...dates.map((date) => date.getTime())));
        const days = dates.map((date) => date.toISOString().slice(0, 10));
        expect(longestRetention(days)).to.equal(latest.toISOString().slice(0, 10));
        expect(longestRetention([...days, 'permanent', ...days])).to.equal('permanent');
      }),
    );
  });

  it('includes its last day, by the calendar of China', () => {
    expect(retentionRuns('2026-03-31', new Date('2026-03-31T15:59:59.999Z'))).to.equal(true);
    expect(retentionRuns('2026-03-31', new Date('2026-03-31T16:00:00.000Z'))).to.equal(false);
    expect(retentionRuns('permanent', new Date('9999-01-01'))).to.equal(true);
  });
});
