/**
 * The access log: who signed in or failed to, and every change of people, roles and tokens. It is only appended to,
 * in the transaction of the change where there is one; there is no function here that changes or removes an entry.
 * It names people by id, never by name.
 */

import type { ClientSession } from 'mongoose';
import mongoose from 'mongoose';
import { z } from 'zod';
import { decodeCursor, encodeCursor } from '../http/cursor.ts';
import { accessLogOn, type StoredAccess } from './models.ts';
import type { AccessParts } from './parts.ts';
import type { Permission, Role } from './permissions.ts';

export const accessKinds = [
  'signed-in',
  'sign-in-failed',
  'sign-in-blocked',
  'signed-out',
  'password-changed',
  'password-reset',
  'person-created',
  'person-changed',
  'token-issued',
  'token-revoked',
] as const;
export type AccessKind = (typeof accessKinds)[number];

export interface AccessDetails {
  /** Names of the fields that changed, without their contents. */
  readonly changed?: readonly string[];
  readonly roles?: { readonly from: readonly Role[]; readonly to: readonly Role[] };
  readonly active?: boolean;
  readonly token?: string;
  readonly permissions?: readonly Permission[];
}

/** Who acts, from where: what a route knows of its request. */
export interface Actor {
  readonly person: string;
  readonly credential: { readonly kind: 'session' | 'token'; readonly id: string };
  readonly address: string;
  readonly requestId: string;
}

export interface AccessEntry {
  readonly kind: AccessKind;
  readonly organisation?: string;
  readonly person?: string;
  readonly by?: Actor;
  /** Where nobody is known to act: a sign-in. */
  readonly from?: { readonly address: string; readonly requestId: string };
  readonly details?: AccessDetails;
}

/** Characters of a session's id that the log keeps: enough to tell sessions apart, too few to be the id. */
const sessionIdKept = 12;

export async function appendAccess(
  { connection, clock, ids }: AccessParts,
  { kind, organisation, person, by, from, details }: AccessEntry,
  session?: ClientSession,
): Promise<void> {
  const origin = by ?? from;
  const entry: StoredAccess = {
    _id: ids.uuid(),
    at: clock.now(),
    kind,
    ...(organisation !== undefined && { organisation }),
    ...(person !== undefined && { person }),
    ...(by !== undefined && { actor: by.person, credential: shortened(by.credential) }),
    ...(origin !== undefined && { address: origin.address, requestId: origin.requestId }),
    ...(details !== undefined && { details }),
  };
  await accessLogOn(connection).create([entry], session === undefined ? {} : { session });
}

function shortened({ kind, id }: Actor['credential']): Actor['credential'] {
  return { kind, id: kind === 'session' ? id.slice(0, sessionIdKept) : id };
}

const position = z.strictObject({ at: z.iso.datetime(), id: z.uuid() });

export interface AccessPage {
  readonly items: readonly StoredAccess[];
  readonly next?: string;
}

/**
 * @param organisations whose entries: an organisation's id, and null for those that are nobody's
 * @returns a page, newest first
 * @throws Failure `request/invalid` for a cursor that is none
 */
export async function readAccessLog(
  { connection }: Pick<AccessParts, 'connection'>,
  organisations: readonly (string | null)[],
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<AccessPage> {
  const query = accessLogOn(connection).find({ organisation: mongoose.trusted({ $in: [...organisations] }) });
  if (cursor !== undefined) {
    const after = decodeCursor(cursor, position);
    const at = new Date(after.at);
    query.or(
      mongoose.trusted([
        { at: mongoose.trusted({ $lt: at }) },
        { at, _id: mongoose.trusted({ $lt: after.id }) },
      ]),
    );
  }
  const found = await query
    .sort({ at: -1, _id: -1 })
    .limit(limit + 1)
    .lean<StoredAccess[]>();
  const items = found.slice(0, limit);
  const last = items.at(-1);
  if (found.length <= limit || last === undefined) return { items };
  return { items, next: encodeCursor({ at: last.at.toISOString(), id: last._id }) };
}
