/** Reading identity: resolved on one snapshot, committed to the audit trail, and only then answered. */

import type { mongo } from 'mongoose';
import type { Clock, IdSource } from '../clock.ts';
import { documentsOf } from '../database/documents.ts';
import { Failure, unreachable } from '../errors.ts';
import { commitRead } from './audit.ts';
import type { HospitalKeyring, HospitalKeys } from './hospital-keys.ts';
import { foldIdentity, numbersOf } from './identity.ts';
import {
  type IdentityAnswer,
  type IdentityRead,
  type KnownPatient,
  type Patients,
  type PatientUses,
  patientBounds,
  type Reader,
  type ReadingPurpose,
} from './interface.ts';
import { loadPatients, type OpenPatient, openWay, patientCollections, queryIndex } from './records.ts';
import { SealBroken } from './sealing.ts';
import { inTransaction } from './transaction.ts';
import { loadChain, loadChains, statedIn, type UseChain } from './use-chain.ts';

export interface ReadingParts {
  readonly db: mongo.Db;
  readonly keyring: HospitalKeyring;
  readonly clock: Clock;
  readonly ids: IdSource;
}

interface Request {
  readonly organisation: string;
  readonly reader: Reader;
  readonly purpose: ReadingPurpose;
}

/** See `Patients.findUses`. */
export async function findUses(
  parts: ReadingParts,
  request: Parameters<Patients['findUses']>[0],
): Promise<PatientUses | undefined> {
  const { organisation, query } = request;
  checkReader(request);
  const collections = patientCollections(parts.db);
  const hospital = await parts.keyring.of(organisation);
  const record = queryIndex(hospital, query);
  if (record === undefined) throw blankQuery();

  const chain = await inTransaction(parts.db, async (session) => {
    const index = await collections.indexes.findOne({ _id: record }, { session });
    if (index === null) return undefined;
    const way = { purpose: 'index-to-patient/1' as const, organisation, record };
    const id = openWay(hospital, way, index.patient);
    const documents = documentsOf(parts.db, session);
    const patients = await loadPatients(documents, hospital, organisation, [id]);
    const patient = patients.get(id);
    return patient === undefined ? undefined : loadChain(documents, patient);
  });

  const pseudonyms = chain?.records.map(({ pseudonym }) => pseudonym) ?? [];
  const patients = chain === undefined ? [] : [chain.patient];
  const refused = patients.filter((patient) => !mayRead(patient, request.purpose));
  await audit(parts, hospital, request, { action: 'find-uses', uses: pseudonyms.length, patients, refused });
  if (chain === undefined) return undefined;
  if (refused.length > 0) throw new Failure('patient/restricted');
  return { ...knownFrom(chain), pseudonyms };
}

/** See `Patients.identify`. */
export async function identify(
  parts: ReadingParts,
  request: Parameters<Patients['identify']>[0],
): Promise<ReadonlyMap<string, IdentityAnswer>> {
  checkReader(request);
  const pseudonyms = [...new Set(request.pseudonyms)];
  if (pseudonyms.length > patientBounds.pseudonyms) {
    throw new Failure('request/too-large', { uses: pseudonyms.length, limit: patientBounds.pseudonyms });
  }
  const hospital = await parts.keyring.of(request.organisation);
  const { patientOf, patients, chains } = await resolve(parts, hospital, request, pseudonyms);
  const refused = [...patients.values()].filter((patient) => !mayRead(patient, request.purpose));
  await audit(parts, hospital, request, {
    action: 'identify',
    uses: pseudonyms.length,
    patients: [...patients.values()],
    refused,
  });

  const known = new Map([...chains].map(([id, chain]) => [id, knownFrom(chain)]));
  return new Map(
    pseudonyms.map((pseudonym): [string, IdentityAnswer] => {
      const id = patientOf.get(pseudonym);
      if (id === undefined) return [pseudonym, { kind: 'none' }];
      const [chain, patient] = [chains.get(id), known.get(id)];
      if (chain === undefined || patient === undefined) return [pseudonym, { kind: 'restricted' }];
      return [pseudonym, { kind: 'identified', stated: statedAt(chain, pseudonym), ...patient }];
    }),
  );
}

/** @returns whose the uses are, and the chains of those patients who may be read for this purpose. */
async function resolve(
  { db }: ReadingParts,
  hospital: HospitalKeys,
  { organisation, purpose }: Request,
  pseudonyms: readonly string[],
): Promise<{
  patientOf: Map<string, string>;
  patients: Map<string, OpenPatient>;
  chains: Map<string, UseChain>;
}> {
  const collections = patientCollections(db);
  return inTransaction(db, async (session) => {
    const filter = { pseudonym: { $in: [...pseudonyms] }, organisation };
    const links = await collections.links.find(filter, { session }).toArray();
    const patientOf = new Map<string, string>();
    for (const { pseudonym, patient } of links) {
      if (pseudonym === undefined || patient === undefined) continue;
      const way = { purpose: 'use-to-patient/1' as const, organisation, record: pseudonym };
      patientOf.set(pseudonym, openWay(hospital, way, patient));
    }
    const ids = [...new Set(patientOf.values())];
    const documents = documentsOf(db, session);
    const patients = await loadPatients(documents, hospital, organisation, ids);
    const readable = [...patients.values()].filter((patient) => mayRead(patient, purpose));
    return { patientOf, patients, chains: await loadChains(documents, readable) };
  });
}

function statedAt(chain: UseChain, pseudonym: string) {
  const record = chain.records.find((use) => use.kind === 'use' && use.pseudonym === pseudonym);
  if (record === undefined) throw new SealBroken('a use leads to a patient whose chain does not hold it');
  return record.identity;
}

function knownFrom(chain: UseChain): KnownPatient {
  const statements = statedIn(chain);
  const { identity, earlier, contradicted } = foldIdentity(statements);
  return {
    identity,
    earlier,
    identityConflict: contradicted || chain.records.some(({ conflict }) => conflict),
    unnumbered: statements.every((stated) => numbersOf(stated).length === 0),
  };
}

/** PIPL Art. 47: while a retention runs, what a patient asked to erase is stored, and used for nothing else. */
function mayRead(patient: OpenPatient, purpose: ReadingPurpose): boolean {
  switch (purpose) {
    case 'recall':
    case 'adverse-event':
    case 'legal-duty':
      return true;
    case 'care':
      return !patient.restricted;
    default:
      return unreachable(purpose);
  }
}

/** A hospital reads its own patients. Routes see to it as well; here it holds whoever calls. */
export function checkReader({ organisation, reader }: Pick<Request, 'organisation' | 'reader'>): void {
  if (reader.organisation !== organisation) throw new Failure('not-found');
}

/** @returns the failure of a question for a number that is blank. */
export function blankQuery(): Failure {
  const fault = { pointer: '/query', zh: '请填写号码。', en: 'Give a number to look for.' };
  return new Failure('request/invalid', {}, [fault]);
}

async function audit(
  { db, clock, ids }: ReadingParts,
  hospital: HospitalKeys,
  { organisation, reader, purpose }: Request,
  read: Pick<IdentityRead, 'action' | 'uses'> & Record<'patients' | 'refused', readonly OpenPatient[]>,
): Promise<void> {
  await commitRead(db, hospital, {
    id: ids.uuid(),
    organisation,
    at: clock.now().toISOString(),
    person: reader.person,
    requestId: reader.requestId,
    action: read.action,
    purpose,
    uses: read.uses,
    patients: read.patients.map(({ id }) => id),
    refused: read.refused.map(({ id }) => id),
  });
}
