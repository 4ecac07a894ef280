/**
 * An `also` once held what was stated of the patient whom its use is linked to, under the key of another one: it would
 * outlive the erasure of the first. A migration has no keys, so it notes the hospitals that may have such records; who
 * has keys, before anything is served, goes through the chains of these hospitals once and empties them.
 */
import type { mongo } from 'mongoose';
import { documentsOf } from '../database/documents.ts';
import type { HospitalKeyring, HospitalKeys } from './hospital-keys.ts';
import { type OpenPatient, openPatient, patientCollections, type StoredPatient } from './records.ts';
import { inTransaction } from './transaction.ts';
import { loadChains, sealRecord, type UseChain } from './use-chain.ts';

interface Noted {
  /** The hospital's id. */
  readonly _id: string;
}

/** Each transaction holds the chains of so many patients. */
const patientsAtOnce = 100;

/** Step of the database's changes: notes the hospitals with an `also`, full or empty: a seal does not tell. */
export async function noteFullAlsos(db: mongo.Db): Promise<void> {
  const alsos = { pseudonym: { $exists: false }, record: { $exists: true } };
  for (const organisation of await patientCollections(db).links.distinct('organisation', alsos)) {
    await noted(db).updateOne({ _id: organisation }, { $set: {} }, { upsert: true });
  }
}

/** Empties what is noted. Several processes may do it at once, and one that is killed leaves the rest to the next start. */
export async function emptyFullAlsos(db: mongo.Db, keyring: HospitalKeyring): Promise<void> {
  for (const { _id: organisation } of await noted(db).find().toArray()) {
    const hospital = await keyring.of(organisation);
    let after = '';
    for (;;) {
      const patients = await patientsAfter(db, organisation, after);
      const last = patients.at(-1);
      if (last === undefined) break;
      await emptyThose(db, hospital, patients);
      after = last._id;
    }
    await noted(db).deleteOne({ _id: organisation });
  }
}

function patientsAfter(db: mongo.Db, organisation: string, after: string): Promise<StoredPatient[]> {
  return patientCollections(db)
    .patients.find({ _id: { $gt: after }, organisation })
    .sort({ _id: 1 })
    .limit(patientsAtOnce)
    .toArray();
}

async function emptyThose(
  db: mongo.Db,
  hospital: HospitalKeys,
  stored: readonly StoredPatient[],
): Promise<void> {
  const patients: OpenPatient[] = stored.map((patient) => openPatient(hospital, patient));
  await inTransaction(db, async (session) => {
    const chains = await loadChains(documentsOf(db, session), patients);
    const writes = [...chains.values()].flatMap(emptied);
    if (writes.length > 0) await patientCollections(db).links.bulkWrite(writes, { session });
  });
}

function emptied({ patient, records, positions }: UseChain) {
  return records.flatMap((record, index) => {
    const _id = positions[index];
    if (record.kind !== 'also' || Object.keys(record.identity).length === 0 || _id === undefined) return [];
    const update = { $set: { record: sealRecord(patient, _id, { ...record, identity: {} }) } };
    return [{ updateOne: { filter: { _id }, update } }];
  });
}

function noted(db: mongo.Db): mongo.Collection<Noted> {
  return db.collection<Noted>('fullAlsos');
}
