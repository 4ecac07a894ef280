/** Recording whose use it was: reads, and answers with writes that the ledger commits with the event. */

import type { mongo } from 'mongoose';
import type { Clock, IdSource } from '../clock.ts';
import { allOf, type Documents, documentsOf } from '../database/documents.ts';
import type { Write } from '../database/write.ts';
import { Failure } from '../errors.ts';
import type { HospitalKeyring, HospitalKeys } from './hospital-keys.ts';
import { contradicts, foldIdentity, type Identity, parseIdentity } from './identity.ts';
import { type PreparedUse, patientBounds, type Retention, type UseOfPatient } from './interface.ts';
import {
  blindIndexesOf,
  collectionNames,
  loadPatients,
  newPatient,
  type OpenPatient,
  openWay,
  type StoredIndex,
  type StoredLink,
  sealWay,
} from './records.ts';
import { inTransaction } from './transaction.ts';
import {
  loadChains,
  positionId,
  retainUntilSchema,
  sealRecord,
  statedIn,
  type UseChain,
  type UseRecord,
} from './use-chain.ts';

export interface RecordingParts {
  readonly db: mongo.Db;
  readonly keyring: HospitalKeyring;
  readonly clock: Clock;
  readonly ids: IdSource;
}

/** See `Patients.prepareUse`. */
export async function prepareUse(parts: RecordingParts, use: UseOfPatient): Promise<PreparedUse> {
  const identity = parseIdentity(use.identity);
  checkForm(use);
  const hospital = await parts.keyring.of(use.organisation);
  const prepare = (documents: Documents) => prepareIn(documents, parts, hospital, { ...use, identity });
  if (use.documents !== undefined) return prepare(use.documents);
  // Without a snapshot, a chain that grows while it is read would look broken.
  return inTransaction(parts.db, (session) => prepare(documentsOf(parts.db, session)));
}

async function prepareIn(
  documents: Documents,
  { clock, ids }: RecordingParts,
  hospital: HospitalKeys,
  use: UseOfPatient,
): Promise<PreparedUse> {
  const { organisation, identity, pseudonyms } = use;
  const [retainUntil, { indexes, chains }] = await allOf([
    retention(use),
    findStated(documents, hospital, use),
    refuseKnownPseudonyms(documents, pseudonyms),
  ]);
  const [known, ...others] = chains;
  const { patient, documents: fresh } =
    known === undefined
      ? newPatient(hospital, organisation, ids.uuid())
      : { patient: known.patient, documents: [] };

  const conflict = others.length > 0 || (known !== undefined && contradictsChain(known, identity));
  const facts = { at: clock.now().toISOString(), identity, retainUntil, conflict };
  const uses = pseudonyms.map((pseudonym) => ({ kind: 'use' as const, pseudonym, ...facts }));
  // Under another patient's key nothing of this one: it would outlive an erasure.
  const alsos = pseudonyms.map((pseudonym) => ({
    kind: 'also' as const,
    pseudonym,
    ...facts,
    identity: {},
  }));
  const unknown = indexes.filter((index) => index.patient === undefined);
  return {
    writes: [
      ...fresh.map((insert) => ({ collection: collectionNames.patients, insert })),
      ...unknown.map(({ id }) => indexWrite(hospital, id, patient)),
      ...linkWrites(hospital, patient, known?.positions.length ?? 0, uses),
      ...others.flatMap((other) => linkWrites(hospital, other.patient, other.positions.length, alsos)),
    ],
    conflict,
  };
}

function contradictsChain(known: UseChain, identity: Identity): boolean {
  return contradicts(foldIdentity(statedIn(known)).identity, identity);
}

async function retention({ retainUntil }: UseOfPatient): Promise<Retention> {
  return retainUntilSchema.parse(await retainUntil);
}

function checkForm({ pseudonyms }: UseOfPatient): void {
  if (pseudonyms.length > patientBounds.pseudonyms) {
    throw new Failure('request/too-large', { uses: pseudonyms.length, limit: patientBounds.pseudonyms });
  }
  // The rest is made by our own rooms: a fault of ours, not of the sender.
  if (pseudonyms.length === 0) throw new Error('a use has a pseudonym');
  if (new Set(pseudonyms).size !== pseudonyms.length) throw new Error('a pseudonym is of one use');
}

/** A pseudonym that came twice would make the ledger retry for ever on its duplicate key. */
async function refuseKnownPseudonyms(documents: Documents, pseudonyms: readonly string[]): Promise<void> {
  const [known] = await documents.where(collectionNames.links, 'pseudonym', pseudonyms);
  if (known !== undefined) throw new Error('a pseudonym is of one use, and this one is taken');
}

interface FoundIndex {
  readonly id: string;
  /** To whom it leads already. */
  readonly patient: string | undefined;
}

/** @returns the blind indexes of what was stated, and the patients they lead to; the one that decides comes first. */
async function findStated(
  documents: Documents,
  hospital: HospitalKeys,
  { organisation, identity }: UseOfPatient,
): Promise<{ indexes: FoundIndex[]; chains: UseChain[] }> {
  const ids = blindIndexesOf(hospital, identity);
  const stored = await documents.where<StoredIndex>(collectionNames.indexes, '_id', ids);
  const ways = new Map(stored.map(({ _id, patient }) => [_id, patient]));
  const indexes = ids.map((id) => {
    const sealed = ways.get(id);
    const way = { purpose: 'index-to-patient/1' as const, organisation, record: id };
    return { id, patient: sealed === undefined ? undefined : openWay(hospital, way, sealed) };
  });
  const found = [...new Set(indexes.flatMap(({ patient }) => patient ?? []))];
  const patients = await loadPatients(documents, hospital, organisation, found);
  const chains = await loadChains(documents, [...patients.values()]);
  return { indexes, chains: found.flatMap((id) => chains.get(id) ?? []) };
}

function indexWrite(hospital: HospitalKeys, id: string, { organisation, id: patient }: OpenPatient): Write {
  const way = { purpose: 'index-to-patient/1' as const, organisation, record: id };
  const insert = { _id: id, organisation, patient: sealWay(hospital, way, patient) };
  return { collection: collectionNames.indexes, insert };
}

function linkWrites(
  hospital: HospitalKeys,
  patient: OpenPatient,
  length: number,
  records: readonly UseRecord[],
): Write[] {
  return records.map((record, step) => {
    const position = positionId(patient, length + step);
    const insert: StoredLink = {
      _id: position,
      organisation: patient.organisation,
      ...(record.kind === 'use' ? useSide(hospital, patient, record.pseudonym) : {}),
      record: sealRecord(patient, position, record),
    };
    return { collection: collectionNames.links, insert };
  });
}

/** How the use finds its patient. */
function useSide(
  hospital: HospitalKeys,
  { organisation, id }: OpenPatient,
  pseudonym: string,
): Required<Pick<StoredLink, 'pseudonym' | 'patient'>> {
  const way = { purpose: 'use-to-patient/1' as const, organisation, record: pseudonym };
  return { pseudonym, patient: sealWay(hospital, way, id) };
}
