/**
 * The chain of a patient's uses. It only grows, and a position can be taken once (`_id`): of two uses, or of a use
 * and an erasure, that race for a position, one loses and looks again.
 */

import { z } from 'zod';
import type { Documents } from '../database/documents.ts';
import { type Identity, identitySchema } from './identity.ts';
import { collectionNames, type OpenPatient, type StoredLink } from './records.ts';
import { macOf, openJson, SealBroken, type SealPlace, sealJson } from './sealing.ts';

export const retainUntilSchema = z.union([z.literal('permanent'), z.iso.date()]);

const useRecordSchema = z.strictObject({
  /** `also`: the statement named two patients; the use is linked to the other one, and remembered here. */
  kind: z.enum(['use', 'also']),
  pseudonym: z.string(),
  /** RFC 3339. */
  at: z.string(),
  /** Empty in an `also`: what was stated is under the key of the patient whom the use is linked to, and goes with it. */
  identity: identitySchema,
  retainUntil: retainUntilSchema,
  /** It contradicted what was known, or named two patients. */
  conflict: z.boolean(),
});
export type UseRecord = Readonly<z.infer<typeof useRecordSchema>> & { readonly identity: Identity };

export interface UseChain {
  readonly patient: OpenPatient;
  /** In the order of recording. */
  readonly records: readonly UseRecord[];
  /** The ids of all taken positions. */
  readonly positions: readonly string[];
}

const firstProbe = 8;
const longestProbe = 256;
/** Keeps one query's list of ids far below MongoDB's 16 MB. */
const patientsPerProbe = 100;

/** @returns the `_id` of a position, counted from 0. */
export function positionId(patient: OpenPatient, position: number): string {
  return macOf(patient.keys.chain, [String(position)]);
}

/** @returns the part of a link's document that only the patient's key opens. */
export function sealRecord(patient: OpenPatient, position: string, record: UseRecord): string {
  return sealJson(patient.keys.record, recordPlace(patient, position), record);
}

/** What was stated of this patient; an `also` says nothing of whom. */
export function statedIn(chain: UseChain): Identity[] {
  return chain.records.filter(({ kind }) => kind === 'use').map(({ identity }) => identity);
}

/** Loads whole chains, by asking for more positions until one is free. @throws SealBroken also for a gap. */
export async function loadChains(
  documents: Documents,
  patients: readonly OpenPatient[],
): Promise<Map<string, UseChain>> {
  const chains = new Map<string, UseChain>();
  for (let from = 0; from < patients.length; from += patientsPerProbe) {
    const some = patients.slice(from, from + patientsPerProbe);
    for (const chain of await loadSome(documents, some)) chains.set(chain.patient.id, chain);
  }
  return chains;
}

export async function loadChain(documents: Documents, patient: OpenPatient): Promise<UseChain> {
  const [chain] = await loadSome(documents, [patient]);
  if (chain === undefined) throw new Error('one chain was asked for');
  return chain;
}

async function loadSome(documents: Documents, patients: readonly OpenPatient[]): Promise<UseChain[]> {
  const found = patients.map((patient) => ({ patient, taken: [] as StoredLink[] }));
  let open = found;
  for (
    let from = 0, size = firstProbe;
    open.length > 0;
    from += size, size = Math.min(2 * size, longestProbe)
  ) {
    const probes = open.map((chain) => ({ chain, ids: positionIds(chain.patient, from, size) }));
    const wanted = probes.flatMap(({ ids }) => ids);
    const stored = await documents.where<StoredLink>(collectionNames.links, '_id', wanted);
    const byId = new Map(stored.map((link) => [link._id, link]));
    for (const { chain, ids } of probes) chain.taken.push(...takenOf(chain.patient, ids, byId));
    open = open.filter((chain) => chain.taken.length === from + size);
  }
  return found.map(({ patient, taken }) => ({
    patient,
    records: taken.flatMap((link) => openRecord(patient, link)),
    positions: taken.map(({ _id }) => _id),
  }));
}

function positionIds(patient: OpenPatient, from: number, count: number): string[] {
  return Array.from({ length: count }, (_, step) => positionId(patient, from + step));
}

/** A position that is taken behind a free one: somebody deleted a link, and a list would be quietly short. */
function takenOf(
  patient: OpenPatient,
  ids: readonly string[],
  byId: ReadonlyMap<string, StoredLink>,
): StoredLink[] {
  const free = ids.findIndex((id) => !byId.has(id));
  const taken = free === -1 ? ids : ids.slice(0, free);
  if (free !== -1 && ids.slice(free).some((id) => byId.has(id))) {
    throw new SealBroken(
      `a link in the chain of patient ${patient.id} of ${patient.organisation} is missing`,
    );
  }
  return taken.flatMap((id) => byId.get(id) ?? []);
}

/** @returns nothing for the end of a chain that an erasure closed. */
function openRecord(patient: OpenPatient, link: StoredLink): UseRecord[] {
  if (link.record === undefined) return [];
  const value = openJson(patient.keys.record, recordPlace(patient, link._id), link.record);
  const record = useRecordSchema.parse(value);
  if (record.kind === 'use' && record.pseudonym !== link.pseudonym) {
    throw new SealBroken(`a link of ${patient.organisation} carries another's pseudonym`);
  }
  return [record];
}

function recordPlace(patient: OpenPatient, position: string): SealPlace {
  return { purpose: 'use-record/1', organisation: patient.organisation, record: position };
}
