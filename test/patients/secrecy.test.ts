import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { mongo } from 'mongoose';
import type { Identity } from '../../src/patients/identity.ts';
import { SealBroken } from '../../src/patients/sealing.ts';
import {
  disguises,
  everythingStored,
  logOfWrites,
  openWard,
  readerOf,
  recordUse,
  type Ward,
} from './ward.ts';

const zhang: Identity = {
  inpatientNumber: 'ZY-SECRET-51',
  recordNumber: 'BA-SECRET-52',
  patientId: 'P-SECRET-53',
  name: '张守密',
  birthDate: '1949-10-03',
  sex: 'male',
  phone: '13900005454',
};

/** Of the same shape and other lengths. */
const other: Identity = { inpatientNumber: '7', name: '欧阳·不同长度的名字' };

describe('patients: what one who has only the database can learn', () => {
  let ward: Ward;
  let hospital: string;
  before(async () => {
    ward = await openWard();
  });
  after(() => ward.database.drop());
  beforeEach(() => {
    hospital = randomUUID();
  });

  const use = async (identity: Identity) => {
    const pseudonym = randomUUID();
    await recordUse(ward, ward.patients, {
      organisation: hospital,
      identity,
      pseudonyms: [pseudonym],
      retainUntil: '2039-09-09',
    });
    return pseudonym;
  };
  const find = (query: Parameters<typeof ward.patients.findUses>[0]['query']) =>
    ward.patients.findUses({ organisation: hospital, query, reader: readerOf(hospital), purpose: 'care' });
  const identify = (pseudonym: string) =>
    ward.patients.identify({
      organisation: hospital,
      pseudonyms: [pseudonym],
      reader: readerOf(hospital),
      purpose: 'care',
    });
  const links = () => ward.db.collection<StoredText>('patientLinks');

  it('holds no identity in the clear: not in documents, indexes, the audit trail or the log of writes', async () => {
    const pseudonym = await use(zhang);
    await find({ inpatientNumber: 'zy-secret-51' });
    await find({ recordNumber: 'BA-NOBODY-99' });
    await identify(pseudonym);
    await ward.patients.restrict({
      organisation: hospital,
      subject: { patientId: 'P-SECRET-53' },
      reader: readerOf(hospital),
      reason: 'patient-request',
    });
    const stored = await everythingStored(ward.db);
    const texts = [zhang.inpatientNumber, zhang.recordNumber, zhang.patientId, zhang.name, zhang.birthDate];
    for (const text of [...texts, zhang.phone, 'BA-NOBODY-99', '2039-09-09']) {
      for (const disguise of disguises(text ?? '')) expect(stored.includes(disguise), text).to.equal(false);
    }
  });

  it('would have found it: the scan sees each disguise, in a document and in the log', async () => {
    for (const [index, disguise] of disguises('李显眼').entries()) {
      await ward.db.collection('careless').insertOne({ index, text: disguise });
      expect((await everythingStored(ward.db)).includes(disguise)).to.equal(true);
      await ward.db.collection('careless').deleteMany({});
      expect(Buffer.concat(await logOfWrites(ward.db)).includes(disguise)).to.equal(true);
    }
  });

  it('shows nothing that two uses of one patient have in common, beyond the hospital', async () => {
    for (let round = 0; round < 4; round += 1) {
      await use(zhang);
      await use(other);
      await use({ name: '无号' });
    }
    const stored = await links().find({ organisation: hospital }).toArray();
    expect(stored).to.have.length(12);
    const values = stored.flatMap((link) => valuesIn(link).filter((value) => value !== hospital));
    // Each link has a position, a pseudonym, a way to the patient and a record.
    expect(values).to.have.length(48);
    expect(new Set(values).size).to.equal(48);
    expect(new Set(stored.map(({ record }) => record?.length)).size).to.equal(1);
    expect(new Set(stored.map(({ patient }) => patient?.length)).size).to.equal(1);
    const ids = await ward.db.collection('patients').distinct('_id', { organisation: hospital });
    expect(ids.filter((id) => values.some((value) => value.includes(String(id))))).to.deep.equal([]);
  });

  it('touches nothing of the patient at a later use, so that the log of writes does not join them either', async () => {
    await use(zhang);
    const seen = (await logOfWrites(ward.db)).length;
    await use(zhang);
    await use(zhang);
    const later = (await logOfWrites(ward.db)).slice(seen).map((entry) => entry.toString('latin1'));
    expect(later).to.have.length(2);
    const ids = await ward.db.collection<StoredText>('patients').distinct('_id', { organisation: hospital });
    expect(later.filter((entry) => ids.some((id) => entry.includes(id)))).to.deep.equal([]);
    expect(later.filter((entry) => /patients\b|patientIndexes/.test(entry))).to.deep.equal([]);
    const ours = /(?:A256GCM\.1|HS256\.1)\.[\w-]{20,}/g;
    const [first, second] = later.map((entry) => new Set(entry.match(ours)));
    expect(first?.size).to.equal(3);
    expect([...(second ?? [])].filter((value) => first?.has(value))).to.deep.equal([]);
  });

  it('does not say in the audit trail which uses were found together', async () => {
    const pseudonyms = [await use(zhang), await use(zhang)];
    await find({ patientId: 'P-SECRET-53' });
    const reads = JSON.stringify(await ward.db.collection('identityReads').find().toArray());
    const ids = await ward.db.collection<StoredText>('patients').distinct('_id', { organisation: hospital });
    expect(ids).to.have.length(1);
    expect([...pseudonyms, ...ids].filter((id) => reads.includes(id))).to.deep.equal([]);
  });

  it('refuses ciphertexts that were swapped between two uses, two numbers, two patients', async () => {
    const [mine, theirs] = [await use(zhang), await use(other)];
    await swap(links(), { pseudonym: mine }, { pseudonym: theirs }, 'patient');
    await breaks(identify(mine));
    await swap(links(), { pseudonym: mine }, { pseudonym: theirs }, 'patient');
    await swap(links(), { pseudonym: mine }, { pseudonym: theirs }, 'record');
    await breaks(identify(mine));
    await swap(links(), { pseudonym: mine }, { pseudonym: theirs }, 'record');
    expect((await identify(mine)).get(mine)?.kind).to.equal('identified');

    const patients = ward.db.collection<StoredText>('patients');
    const [one, two] = await patients.find({ organisation: hospital }).toArray();
    if (one === undefined || two === undefined) throw new Error('there are two patients');
    await swap(patients, { _id: one._id }, { _id: two._id }, 'sealedKey');
    await breaks(identify(mine));
    await swap(patients, { _id: one._id }, { _id: two._id }, 'sealedKey');

    const indexes = ward.db.collection<StoredText>('patientIndexes');
    const [first, ...rest] = await indexes.find({ organisation: hospital }).toArray();
    const last = rest.at(-1);
    if (first === undefined || last === undefined) throw new Error('there are four numbers');
    await swap(indexes, { _id: first._id }, { _id: last._id }, 'patient');
    await breaks(find({ recordNumber: 'BA-SECRET-52' }));
  });

  it('refuses a pseudonym that was moved to another use', async () => {
    const [mine, theirs] = [await use(zhang), await use(other)];
    const spare = randomUUID();
    await links().updateOne({ pseudonym: mine }, { $set: { pseudonym: spare } });
    await links().updateOne({ pseudonym: theirs }, { $set: { pseudonym: mine } });
    await breaks(identify(mine));
    await breaks(find({ inpatientNumber: '7' }));
  });

  it('refuses a chain out of which a link was cut, instead of being quietly short', async () => {
    await use(zhang);
    const middle = await use(zhang);
    await use(zhang);
    await links().deleteOne({ pseudonym: middle });
    await breaks(find({ patientId: 'P-SECRET-53' }));
  });

  it('refuses a changed bit', async () => {
    const pseudonym = await use(zhang);
    const link = await links().findOne({ pseudonym });
    const record = link?.record ?? '';
    const at = 100;
    const flipped = record.slice(0, at) + (record[at] === 'A' ? 'B' : 'A') + record.slice(at + 1);
    await links().updateOne({ pseudonym }, { $set: { record: flipped } });
    await breaks(identify(pseudonym));
  });
});

interface StoredText {
  readonly _id: string;
  readonly organisation: string;
  readonly pseudonym?: string;
  readonly patient?: string;
  readonly record?: string;
  readonly sealedKey?: string;
}

function valuesIn(document: StoredText): string[] {
  return Object.values(document).map(String);
}

async function swap(
  collection: mongo.Collection<StoredText>,
  one: mongo.Filter<StoredText>,
  two: mongo.Filter<StoredText>,
  field: 'patient' | 'record' | 'sealedKey',
): Promise<void> {
  const [a, b] = [await collection.findOne(one), await collection.findOne(two)];
  if (a?.[field] === undefined || b?.[field] === undefined) throw new Error('nothing to swap');
  await collection.updateOne(one, { $set: { [field]: b[field] } });
  await collection.updateOne(two, { $set: { [field]: a[field] } });
}

async function breaks(promise: Promise<unknown>): Promise<void> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).to.be.instanceOf(SealBroken);
  expect(String(error)).not.to.match(/SECRET|张守密/);
}
