/**
 * Restriction and erasure (PIPL Art. 47). Erasure deletes the patient's key and everything it sealed or that led to
 * it, writes the journal, and nails the chain's end shut, in one transaction: a use that raced it finds its position
 * taken, runs again, and begins a new patient instead of vanishing under a key that is gone.
 *
 * What MongoDB itself still holds for a while (its log of writes, pages not yet reused, backups) is outside a
 * transaction's reach; a restored backup is dealt with by {@link applyErasures}.
 */

import type { mongo } from 'mongoose';
import { z } from 'zod';
import type { Clock, IdSource } from '../clock.ts';
import { documentsOf } from '../database/documents.ts';
import { Failure } from '../errors.ts';
import { afterCursor, checkedLimit, commitRead, pageOf } from './audit.ts';
import { emptyFullAlsos } from './full-alsos.ts';
import type { HospitalKeyring, HospitalKeys } from './hospital-keys.ts';
import type {
  Erasure,
  ErasureOutcome,
  ErasureRequest,
  ErasureSubject,
  IdentityRead,
  Page,
} from './interface.ts';
import { blankQuery, checkReader } from './reading.ts';
import {
  blindIndexesOf,
  loadPatients,
  type OpenPatient,
  openPatient,
  openWay,
  type PatientCollections,
  patientCollections,
  queryIndex,
} from './records.ts';
import { inTransaction } from './transaction.ts';
import { loadChain, positionId, statedIn, type UseChain } from './use-chain.ts';

export interface ErasureParts {
  readonly db: mongo.Db;
  readonly keyring: HospitalKeyring;
  readonly clock: Clock;
  readonly ids: IdSource;
}

type StoredErasure = Omit<Erasure, 'id'> & { readonly _id: string };

const erasureSchema = z.strictObject({
  id: z.uuid(),
  kind: z.enum(['erased', 'restricted']),
  organisation: z.string(),
  keyId: z.string(),
  at: z.iso.datetime(),
  person: z.string(),
  requestId: z.string(),
  reason: z.enum(['patient-request', 'retention-ended', 'order-of-authority']),
});

const chinaOffsetMs = 8 * 60 * 60 * 1_000;

/** The longest retention of a patient's uses. An `also` counts: the use may have been on this patient. */
export function longestRetention(retentions: readonly string[]): string {
  if (retentions.includes('permanent')) return 'permanent';
  return [...retentions].sort().at(-1) ?? '';
}

/** Whether a retention still runs: its last day belongs to it, by the calendar of China (UTC+8, no summer time). */
export function retentionRuns(until: string, now: Date): boolean {
  if (until === 'permanent') return true;
  return new Date(now.getTime() + chinaOffsetMs).toISOString().slice(0, 10) <= until;
}

/** See `Patients.erase`. */
export async function erase(parts: ErasureParts, request: ErasureRequest): Promise<ErasureOutcome> {
  return withSubject(parts, 'erase', request, async (chain, hospital, session) => {
    if (retentionRuns(retentionOf(chain), parts.clock.now())) {
      return restrictNow(parts, request, chain, session);
    }
    await destroy(patientCollections(parts.db), hospital, chain, session);
    await journal(parts.db).insertOne(lineOf(parts, request, 'erased', chain.patient), { session });
    return { outcome: 'erased', keyId: chain.patient.id };
  });
}

/** See `Patients.restrict`. */
export async function restrict(parts: ErasureParts, request: ErasureRequest): Promise<ErasureOutcome> {
  return withSubject(parts, 'restrict', request, (chain, _, session) =>
    restrictNow(parts, request, chain, session),
  );
}

function retentionOf(chain: UseChain): string {
  return longestRetention(chain.records.map(({ retainUntil }) => retainUntil));
}

/** Whether a number is a patient's, and until when, is told by the answer: the audit trail has the look, or nothing is. */
async function withSubject(
  parts: ErasureParts,
  action: 'restrict' | 'erase',
  request: ErasureRequest,
  act: (chain: UseChain, hospital: HospitalKeys, session: mongo.ClientSession) => Promise<ErasureOutcome>,
): Promise<ErasureOutcome> {
  checkReader(request);
  const { db, keyring } = parts;
  const { organisation, subject } = request;
  const hospital = await keyring.of(organisation);
  const collections = patientCollections(db);
  const outcome = await inTransaction(db, async (session) => {
    const id = await subjectId(collections, hospital, organisation, subject, session);
    const found = id === undefined ? [] : [id];
    await commitRead(db, hospital, lookOf(parts, action, request, found), session);
    const documents = documentsOf(db, session);
    const [patient] = (await loadPatients(documents, hospital, organisation, found)).values();
    return patient && act(await loadChain(documents, patient), hospital, session);
  });
  if (outcome === undefined) throw new Failure('not-found');
  return outcome;
}

function lookOf(
  { clock, ids }: ErasureParts,
  action: 'restrict' | 'erase',
  { organisation, reader }: ErasureRequest,
  patients: readonly string[],
): Omit<IdentityRead, 'intact'> {
  const { person, requestId } = reader;
  const at = clock.now().toISOString();
  const purpose = 'legal-duty';
  return {
    id: ids.uuid(),
    organisation,
    at,
    person,
    requestId,
    action,
    purpose,
    uses: 0,
    patients,
    refused: [],
  };
}

async function subjectId(
  { indexes, links }: PatientCollections,
  hospital: HospitalKeys,
  organisation: string,
  subject: ErasureSubject,
  session: mongo.ClientSession,
): Promise<string | undefined> {
  if ('pseudonym' in subject) {
    const { pseudonym: record } = subject;
    const link = await links.findOne({ pseudonym: record, organisation }, { session });
    const way = { purpose: 'use-to-patient/1' as const, organisation, record };
    return link?.patient === undefined ? undefined : openWay(hospital, way, link.patient);
  }
  const record = queryIndex(hospital, subject);
  if (record === undefined) throw blankQuery();
  const index = await indexes.findOne({ _id: record }, { session });
  const way = { purpose: 'index-to-patient/1' as const, organisation, record };
  return index === null ? undefined : openWay(hospital, way, index.patient);
}

async function restrictNow(
  parts: ErasureParts,
  request: ErasureRequest,
  chain: UseChain,
  session: mongo.ClientSession,
): Promise<ErasureOutcome> {
  const { patient } = chain;
  if (!patient.restricted) {
    const line = lineOf(parts, request, 'restricted', patient);
    await journal(parts.db).insertOne(line, { session });
    await markRestricted(patientCollections(parts.db), line, session);
  }
  return { outcome: 'restricted', keyId: patient.id, until: retentionOf(chain) };
}

async function markRestricted(
  { patients }: PatientCollections,
  line: StoredErasure,
  session: mongo.ClientSession,
): Promise<boolean> {
  const restriction = { at: line.at, erasure: line._id };
  const unmarked = { _id: line.keyId, restriction: { $exists: false } };
  const marked = await patients.updateOne(unmarked, { $set: { restriction } }, { session });
  return marked.modifiedCount === 1;
}

async function destroy(
  { patients, indexes, links }: PatientCollections,
  hospital: HospitalKeys,
  { patient, positions, records }: UseChain,
  session: mongo.ClientSession,
): Promise<void> {
  const { id, organisation } = patient;
  const numbers = statedIn({ patient, positions, records }).flatMap((stated) =>
    blindIndexesOf(hospital, stated),
  );
  const stored = await indexes.find({ _id: { $in: numbers } }, { session }).toArray();
  // A number that contradicted may lead to another patient; that way stays.
  const own = stored.filter(({ _id, patient: sealed }) => {
    const way = { purpose: 'index-to-patient/1' as const, organisation, record: _id };
    return openWay(hospital, way, sealed) === id;
  });
  await indexes.deleteMany({ _id: { $in: own.map(({ _id }) => _id) } }, { session });
  await links.deleteMany({ _id: { $in: [...positions] } }, { session });
  await links.insertOne({ _id: positionId(patient, positions.length), organisation }, { session });
  await patients.deleteOne({ _id: id }, { session });
}

function lineOf(
  { clock, ids }: ErasureParts,
  { organisation, reader, reason }: ErasureRequest,
  kind: Erasure['kind'],
  { id: keyId }: OpenPatient,
): StoredErasure {
  const { person, requestId } = reader;
  return {
    _id: ids.uuid(),
    kind,
    organisation,
    keyId,
    at: clock.now().toISOString(),
    person,
    requestId,
    reason,
  };
}

/** See `Patients.applyErasures`. Also empties what an erasure would not have reached; see full-alsos.ts. */
export async function applyErasures(
  parts: ErasureParts,
  kept: readonly Erasure[],
): Promise<{ erased: number; restricted: number }> {
  for (const line of kept) {
    const { id: _id, ...facts } = erasureSchema.parse(line);
    await journal(parts.db).updateOne({ _id }, { $setOnInsert: facts }, { upsert: true });
  }
  const again = { erased: 0, restricted: 0 };
  for await (const line of journal(parts.db).find()) {
    if (await applyLine(parts, line)) again[line.kind] += 1;
  }
  await emptyFullAlsos(parts.db, parts.keyring);
  return again;
}

/** @returns whether there was anything to do. */
async function applyLine({ db, keyring }: ErasureParts, line: StoredErasure): Promise<boolean> {
  const collections = patientCollections(db);
  // Without a transaction first: nearly always the patient is gone, and a journal can be long.
  if ((await collections.patients.findOne({ _id: line.keyId })) === null) return false;
  const hospital = await keyring.of(line.organisation);
  return inTransaction(db, async (session) => {
    if (line.kind === 'restricted') return markRestricted(collections, line, session);
    const stored = await collections.patients.findOne({ _id: line.keyId }, { session });
    if (stored === null) return false;
    const chain = await loadChain(documentsOf(db, session), openPatient(hospital, stored));
    await destroy(collections, hospital, chain, session);
    return true;
  });
}

/** See `Patients.listErasures`. */
export async function listErasures(db: mongo.Db, cursor?: string, limit?: number): Promise<Page<Erasure>> {
  const most = checkedLimit(limit);
  const after = cursor === undefined ? {} : afterCursor(cursor, '$gt');
  const found = await journal(db)
    .find(after)
    .sort({ at: 1, _id: 1 })
    .limit(most + 1)
    .toArray();
  return pageOf(found, most, ({ _id: id, ...line }) => ({ id, ...line }));
}

function journal(db: mongo.Db): mongo.Collection<StoredErasure> {
  return db.collection<StoredErasure>('erasures');
}
