/** People of an organisation: reading and changing them. An administrator reaches only the own organisation's. */

import type { ClientSession } from 'mongoose';
import mongoose from 'mongoose';
import { z } from 'zod';
import type { Documents } from '../database/documents.ts';
import { inTransaction, isDuplicateKey } from '../database/transaction.ts';
import { Failure } from '../errors.ts';
import { decodeCursor, encodeCursor } from '../http/cursor.ts';
import { type AccessDetails, type Actor, appendAccess } from './access-log.ts';
import { guardsOn, peopleCollection, peopleOn, type StoredPerson } from './models.ts';
import { requireFittingRoles, requireUsernameForRoles } from './new-person.ts';
import type { AccessParts } from './parts.ts';
import { hashPassword } from './passwords.ts';
import type { OrganisationKind, Role } from './permissions.ts';
import { newOneTimePassword } from './secrets.ts';
import { endSessionsOf } from './sessions.ts';
import { revokeTokensOf } from './token-revocation.ts';

/** How many people one read may ask for. */
export const peoplePerRead = 1_000;

/** What colleagues know of each other. */
export interface Colleague {
  readonly id: string;
  readonly name: string;
  readonly staffNumber?: string;
  readonly active: boolean;
}

/**
 * Names are personal data, and the own organisation's alone: an id of another's person is simply not found.
 * @param ids at most {@link peoplePerRead}
 * @returns those of the organisation, active or not, by id
 */
export async function findPeople(
  documents: Documents,
  organisation: string,
  ids: readonly string[],
): Promise<Map<string, Colleague>> {
  if (ids.length > peoplePerRead)
    throw new Error(`${ids.length} people in one read; the bound is ${peoplePerRead}`);
  const found = await documents.where<StoredPerson>(peopleCollection, '_id', ids);
  const own = found.filter((person) => person.organisation === organisation);
  return new Map(own.map((person) => [person._id, colleagueOf(person)]));
}

export function colleagueOf({ _id, name, staffNumber, active }: StoredPerson): Colleague {
  return { id: _id, name, ...(staffNumber !== undefined && { staffNumber }), active };
}

const position = z.uuid();

/** @returns a page of the organisation's people, in the order of their ids, which says nothing of them. */
export async function listPeople(
  { connection }: Pick<AccessParts, 'connection'>,
  organisation: string,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
  { active }: { active?: boolean } = {},
): Promise<{ items: readonly StoredPerson[]; next?: string }> {
  const after = cursor === undefined ? undefined : decodeCursor(cursor, position);
  const found = await peopleOn(connection)
    .find({
      organisation,
      ...(active !== undefined && { active }),
      ...(after !== undefined && { _id: mongoose.trusted({ $gt: after }) }),
    })
    .sort({ _id: 1 })
    .limit(limit + 1)
    .lean<StoredPerson[]>();
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return found.length > limit && last !== undefined ? { items, next: encodeCursor(last._id) } : { items };
}

/** @throws Failure `not-found` for a person of another organisation, as for one who does not exist */
export async function requirePerson(
  { connection }: Pick<AccessParts, 'connection'>,
  organisation: string,
  id: string,
  session?: ClientSession,
): Promise<StoredPerson> {
  const query = peopleOn(connection).findOne({ _id: id, organisation });
  const person = await (session === undefined ? query : query.session(session)).lean<StoredPerson>();
  if (person === null) throw new Failure('not-found', { person: id });
  return person;
}

/** What an administrator may change of a person; null takes a staff number away. */
export interface PersonChange {
  readonly name?: string | undefined;
  readonly staffNumber?: string | null | undefined;
  /** For a person who had none: a username, once given, stays. */
  readonly username?: string | undefined;
  readonly roles?: readonly Role[] | undefined;
  readonly active?: boolean | undefined;
}

/**
 * @param administrator who changes; nobody changes their own roles or deactivates themselves
 * @returns the person as they are now
 * @throws Failure `not-found`, `access/own-roles`, `access/role-unfit`, `access/last-administrator`,
 *   `access/username-taken`
 */
export async function changePerson(
  parts: AccessParts,
  administrator: {
    readonly organisation: string;
    readonly organisationKind: OrganisationKind;
    readonly by: Actor;
  },
  id: string,
  change: PersonChange,
): Promise<StoredPerson> {
  const { organisation, organisationKind, by } = administrator;
  if (id === by.person && (change.roles !== undefined || change.active !== undefined)) {
    throw new Failure('access/own-roles');
  }
  requireFittingRoles(organisationKind, change.roles ?? []);
  return inTransaction(parts.connection, async (session) => {
    const before = await requirePerson(parts, organisation, id, session);
    if (before.username !== undefined && change.username !== undefined) throw new Failure('conflict');
    const after = applied(before, change);
    requireUsernameForRoles(after);
    if (isAdministrator(before) && !isAdministrator(after)) await requireAnother(parts, before, session);
    await store(parts, before, change, session);
    if (before.active && !after.active) await cutOff(parts, before, session);
    const details = detailsOf(before, change);
    await appendAccess(parts, { kind: 'person-changed', organisation, person: id, by, details }, session);
    return after;
  });
}

function applied(before: StoredPerson, change: PersonChange): StoredPerson {
  const { staffNumber: _dropped, ...rest } = before;
  const staffNumber =
    change.staffNumber === undefined ? before.staffNumber : (change.staffNumber ?? undefined);
  return {
    ...rest,
    name: change.name ?? before.name,
    ...(staffNumber !== undefined && { staffNumber }),
    ...(change.username !== undefined && { username: change.username }),
    roles: [...(change.roles ?? before.roles)],
    active: change.active ?? before.active,
  };
}

async function store(
  { connection }: AccessParts,
  { _id }: StoredPerson,
  { name, staffNumber, username, roles, active }: PersonChange,
  session: ClientSession,
): Promise<void> {
  const set = {
    ...(name !== undefined && { name }),
    ...(typeof staffNumber === 'string' && { staffNumber }),
    ...(username !== undefined && { username }),
    ...(roles !== undefined && { roles: [...roles] }),
    ...(active !== undefined && { active }),
  };
  const update = { $set: set, ...(staffNumber === null && { $unset: { staffNumber: 1 as const } }) };
  try {
    await peopleOn(connection).updateOne({ _id }, update, { session });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    throw new Failure('access/username-taken', { username });
  }
}

function isAdministrator({ active, roles }: StoredPerson): boolean {
  return active && roles.includes('administrator');
}

/**
 * Two administrators who remove each other at once would each still see the other: both write the organisation's
 * guard, so that one of them runs again and sees what the other did.
 */
async function requireAnother(
  { connection }: AccessParts,
  { _id, organisation }: StoredPerson,
  session: ClientSession,
): Promise<void> {
  await guardsOn(connection).updateOne(
    { _id: organisation },
    { $inc: { changes: 1 } },
    { session, upsert: true },
  );
  const other = await peopleOn(connection)
    .findOne(
      { organisation, active: true, roles: 'administrator', _id: mongoose.trusted({ $ne: _id }) },
      { _id: 1 },
    )
    .session(session)
    .lean();
  if (other === null) throw new Failure('access/last-administrator');
}

/** Being active again must not bring old sessions and tokens back. */
async function cutOff(parts: AccessParts, { _id }: StoredPerson, session: ClientSession): Promise<void> {
  await endSessionsOf(parts, _id, session);
  await revokeTokensOf(parts, _id, session);
}

function detailsOf(before: StoredPerson, change: PersonChange): AccessDetails {
  const changed = Object.entries(change).flatMap(([field, value]) => (value === undefined ? [] : [field]));
  return {
    changed,
    ...(change.roles !== undefined && { roles: { from: before.roles, to: change.roles } }),
    ...(change.active !== undefined && { active: change.active }),
  };
}

/**
 * Gives a person a new one-time password; sessions end and tokens are revoked, since whoever had the old one may
 * have made them.
 * @returns the password, kept nowhere
 * @throws Failure `not-found`; `access/own-roles` for oneself, who must know the present password to change it;
 *   `conflict` for a person without a username or no longer active
 */
export async function resetPassword(
  parts: AccessParts,
  { organisation, by }: { readonly organisation: string; readonly by: Actor },
  id: string,
): Promise<string> {
  if (id === by.person) throw new Failure('access/own-roles');
  const person = await requirePerson(parts, organisation, id);
  if (person.username === undefined || !person.active) throw new Failure('conflict', { person: id });
  const oneTimePassword = newOneTimePassword();
  const passwordHash = await hashPassword(oneTimePassword);
  await inTransaction(parts.connection, async (session) => {
    const update = { $set: { passwordHash, passwordMustChange: true } };
    await peopleOn(parts.connection).updateOne({ _id: id, organisation }, update, { session });
    await cutOff(parts, person, session);
    await appendAccess(parts, { kind: 'password-reset', organisation, person: id, by }, session);
  });
  return oneTimePassword;
}
