/**
 * What lies in the database, and how it opens. Somebody who has the database alone sees random ids and ciphertexts of
 * equal length, and nothing that two uses of one patient have in common:
 *
 * - `patients`: one a patient, with the patient's key. Written at the first use, and not touched by later ones: a
 *   counter or a time in it would tell (as would the log of writes) which uses hit the same patient.
 * - `patientIndexes`: one a number, `_id` its blind index, which leads to the patient under the hospital's key.
 * - `patientLinks`: one a use. `_id` is a MAC under the patient's key of the use's position in the patient's chain of
 *   uses, so that whoever opens the patient can go through the chain, and nobody else can tell whose it is.
 */

import type { KeyObject } from 'node:crypto';
import type { mongo } from 'mongoose';
import type { Documents } from '../database/documents.ts';
import type { HospitalKeys } from './hospital-keys.ts';
import {
  type Identity,
  normaliseNumber,
  numbersOf,
  type PatientNumber,
  type PatientQuery,
} from './identity.ts';
import {
  deriveKey,
  macOf,
  newSealedKey,
  openBytes,
  openKey,
  SealBroken,
  type SealPlace,
  sealBytes,
} from './sealing.ts';

export interface StoredPatient {
  /** The id of the record and of its key; random. */
  readonly _id: string;
  readonly organisation: string;
  readonly sealedKey: string;
  readonly restriction?: Restriction;
}

export interface Restriction {
  /** RFC 3339. */
  readonly at: string;
  /** The line of the journal. */
  readonly erasure: string;
}

export interface StoredIndex {
  readonly _id: string;
  readonly organisation: string;
  readonly patient: string;
}

export interface StoredLink {
  readonly _id: string;
  readonly organisation: string;
  /** Absent where the use is linked to another patient (see `also` in use-chain.ts), and at a chain's end. */
  readonly pseudonym?: string;
  /** The patient's id, sealed under the hospital's key; beside a pseudonym only. */
  readonly patient?: string;
  /** What was stated, sealed under the patient's key; absent where an erasure closed the chain. */
  readonly record?: string;
}

export interface PatientKeys {
  /** Names the positions of the chain. */
  readonly chain: KeyObject;
  /** Seals what was stated. */
  readonly record: KeyObject;
}

export interface OpenPatient {
  readonly id: string;
  readonly organisation: string;
  readonly keys: PatientKeys;
  readonly restricted: boolean;
}

export interface PatientCollections {
  readonly patients: mongo.Collection<StoredPatient>;
  readonly indexes: mongo.Collection<StoredIndex>;
  readonly links: mongo.Collection<StoredLink>;
}

export const collectionNames = {
  patients: 'patients',
  indexes: 'patientIndexes',
  links: 'patientLinks',
} as const;

/** @returns this room's collections of patients, of the ways to them, and of their uses. */
export function patientCollections(db: mongo.Db): PatientCollections {
  return {
    patients: db.collection<StoredPatient>(collectionNames.patients),
    indexes: db.collection<StoredIndex>(collectionNames.indexes),
    links: db.collection<StoredLink>(collectionNames.links),
  };
}

/** @returns what is to be stored of a new patient, and the patient opened. */
export function newPatient(
  hospital: HospitalKeys,
  organisation: string,
  id: string,
): { documents: StoredPatient[]; patient: OpenPatient } {
  const { key, sealed } = newSealedKey(hospital.wrapping, keyPlace(organisation, id));
  const patient = { id, organisation, keys: patientKeysFrom(key, id), restricted: false };
  return { documents: [{ _id: id, organisation, sealedKey: sealed }], patient };
}

/** @throws SealBroken */
export function openPatient(hospital: HospitalKeys, stored: StoredPatient): OpenPatient {
  const { _id: id, organisation, sealedKey, restriction } = stored;
  const key = openKey(hospital.wrapping, keyPlace(organisation, id), sealedKey);
  return { id, organisation, keys: patientKeysFrom(key, id), restricted: restriction !== undefined };
}

/**
 * Loads and opens patients by id.
 * @throws SealBroken when one is missing: an erasure removes what leads to a patient together with the patient.
 */
export async function loadPatients(
  documents: Documents,
  hospital: HospitalKeys,
  organisation: string,
  ids: readonly string[],
): Promise<Map<string, OpenPatient>> {
  if (ids.length === 0) return new Map();
  const found = await documents.where<StoredPatient>(collectionNames.patients, '_id', ids);
  const stored = found.filter((patient) => patient.organisation === organisation);
  const opened = new Map(stored.map((patient) => [patient._id, openPatient(hospital, patient)]));
  const missing = ids.find((id) => !opened.has(id));
  if (missing !== undefined) throw new SealBroken(`the patient ${missing} of ${organisation} is missing`);
  return opened;
}

/** Blind index of one number, of no use in another hospital. @returns undefined where the number is blank. */
export function blindIndex(hospital: HospitalKeys, kind: PatientNumber, number: string): string | undefined {
  const normalised = normaliseNumber(number);
  return normalised === '' ? undefined : macOf(hospital.index, [kind, normalised]);
}

/** @returns the blind indexes of an identity's numbers, those that decide first. */
export function blindIndexesOf(hospital: HospitalKeys, identity: Identity): string[] {
  return numbersOf(identity).map(({ kind, value }) => macOf(hospital.index, [kind, value]));
}

/** @returns the blind index that a query looks for. */
export function queryIndex(hospital: HospitalKeys, query: PatientQuery): string | undefined {
  if ('recordNumber' in query) return blindIndex(hospital, 'recordNumber', query.recordNumber);
  if ('patientId' in query) return blindIndex(hospital, 'patientId', query.patientId);
  return blindIndex(hospital, 'inpatientNumber', query.inpatientNumber);
}

/** @returns the id of a patient, sealed so that only the hospital's key opens it, and only where the way begins. */
export function sealWay(hospital: HospitalKeys, from: Way, patient: string): string {
  return sealBytes(hospital.linking, from, Buffer.from(patient, 'utf8'));
}

/** @returns the id of the patient to whom a use or an index leads. @throws SealBroken */
export function openWay(hospital: HospitalKeys, from: Way, sealed: string): string {
  return openBytes(hospital.linking, from, sealed).toString('utf8');
}

/** Where a way begins: also the place that its ciphertext is bound to. */
export interface Way extends SealPlace {
  readonly purpose: 'use-to-patient/1' | 'index-to-patient/1';
  /** The pseudonym, or the blind index. */
  readonly record: string;
}

function keyPlace(organisation: string, id: string): SealPlace {
  return { purpose: 'patient-key/1', organisation, record: id };
}

function patientKeysFrom(key: KeyObject, id: string): PatientKeys {
  return { chain: deriveKey(key, 'chain', id), record: deriveKey(key, 'record', id) };
}
