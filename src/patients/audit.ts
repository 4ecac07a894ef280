/**
 * The audit trail of identities that were read. Whose they were is sealed: beside the list of a patient's uses that a
 * search finds, it would tell someone who has the database which uses are one patient's. What stands in the clear is
 * bound into the seal, so that a change in the database shows. A line that was deleted does not show.
 */

import type { mongo } from 'mongoose';
import { z } from 'zod';
import { Failure } from '../errors.ts';
import type { HospitalKeys } from './hospital-keys.ts';
import { type IdentityRead, type Page, patientBounds } from './interface.ts';
import { openJson, SealBroken, type SealPlace, sealJson } from './sealing.ts';

type ClearFacts = Omit<IdentityRead, 'id' | 'patients' | 'refused' | 'intact'>;

interface StoredRead extends ClearFacts {
  readonly _id: string;
  readonly sealed: string;
}

const sealedSchema = z.strictObject({ patients: z.array(z.string()), refused: z.array(z.string()) });
const defaultPage = 50;
const acknowledgeWithinMs = 10_000;

/**
 * @param session of a transaction, with which the line is committed, or not
 * @throws when a majority has not journalled the line: then nothing may be answered.
 */
export async function commitRead(
  db: mongo.Db,
  hospital: HospitalKeys,
  read: Omit<IdentityRead, 'intact'>,
  session?: mongo.ClientSession,
): Promise<void> {
  const { id, patients, refused, ...clear } = read;
  const sealed = sealJson(hospital.audit, placeOf({ _id: id, ...clear }), { patients, refused });
  const acknowledged = { writeConcern: { w: 'majority', j: true, wtimeoutMS: acknowledgeWithinMs } } as const;
  await identityReads(db).insertOne(
    { _id: id, ...clear, sealed },
    session === undefined ? acknowledged : { session },
  );
}

/** See `Patients.listIdentityReads`. A read that is under way may be missing from a page that is behind us. */
export async function listReads(
  db: mongo.Db,
  hospital: HospitalKeys,
  request: { organisation: string; cursor: string | undefined; limit: number | undefined },
): Promise<Page<IdentityRead>> {
  const { organisation, cursor } = request;
  const limit = checkedLimit(request.limit);
  const after = cursor === undefined ? {} : afterCursor(cursor, '$lt');
  const found = await identityReads(db)
    .find({ organisation, ...after })
    .sort({ at: -1, _id: -1 })
    .limit(limit + 1)
    .toArray();
  return pageOf(found, limit, (stored) => openRead(hospital, stored));
}

function openRead(hospital: HospitalKeys, stored: StoredRead): IdentityRead {
  const { _id: id, sealed, ...clear } = stored;
  try {
    const whose = sealedSchema.parse(openJson(hospital.audit, placeOf({ _id: id, ...clear }), sealed));
    return { id, ...clear, ...whose, intact: true };
  } catch (error) {
    // One changed line must not hide the others.
    if (error instanceof SealBroken) return { id, ...clear, patients: [], refused: [], intact: false };
    throw error;
  }
}

function placeOf(read: Omit<StoredRead, 'sealed'>): SealPlace {
  const { _id, organisation, at, person, requestId, action, purpose, uses } = read;
  const record = JSON.stringify([_id, at, person, requestId, action, purpose, uses]);
  return { purpose: 'identity-read/1', organisation, record };
}

/** @throws Failure request/invalid */
export function checkedLimit(limit: number = defaultPage): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= patientBounds.page) return limit;
  throw new Failure('request/invalid', { limit, most: patientBounds.page }, [
    {
      pointer: '/limit',
      zh: `每页条数应为 1 至 ${patientBounds.page}。`,
      en: `A page has 1 to ${patientBounds.page} items.`,
    },
  ]);
}

const cursorSchema = z.tuple([z.iso.datetime(), z.uuid()]);

/** @throws Failure request/invalid for what is no cursor of ours. */
export function afterCursor(cursor: string, direction: '$lt' | '$gt'): mongo.Document {
  const [at, _id] = parseCursor(cursor);
  return { $or: [{ at: { [direction]: at } }, { at, _id: { [direction]: _id } }] };
}

function parseCursor(cursor: string): [string, string] {
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch {
    const fault = { pointer: '/cursor', zh: '翻页标记无效。', en: 'This is not a cursor of this list.' };
    throw new Failure('request/invalid', {}, [fault]);
  }
}

/** @returns a page of what was found with one more than fits. */
export function pageOf<Stored extends { readonly _id: string; readonly at: string }, Item>(
  found: readonly Stored[],
  limit: number,
  open: (stored: Stored) => Item,
): Page<Item> {
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  const items = shown.map(open);
  if (found.length <= limit || last === undefined) return { items };
  return { items, next: Buffer.from(JSON.stringify([last.at, last._id]), 'utf8').toString('base64url') };
}

function identityReads(db: mongo.Db): mongo.Collection<StoredRead> {
  return db.collection<StoredRead>('identityReads');
}
