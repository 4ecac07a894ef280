/** Making people: with a sign-in or without (a surgeon whom a use names need never sign in). */

import type { ClientSession } from 'mongoose';
import { inTransaction, isDuplicateKey } from '../database/transaction.ts';
import { Failure } from '../errors.ts';
import { type Actor, appendAccess } from './access-log.ts';
import { guardsOn, peopleOn, type StoredPerson } from './models.ts';
import type { AccessParts } from './parts.ts';
import { hashPassword } from './passwords.ts';
import { type OrganisationKind, type Role, rolesFitting } from './permissions.ts';
import { newOneTimePassword } from './secrets.ts';

export interface NewPerson {
  readonly organisation: string;
  readonly organisationKind: OrganisationKind;
  readonly name: string;
  /** 工号 */
  readonly staffNumber?: string | undefined;
  /** Lower case; without one the person does not sign in. */
  readonly username?: string | undefined;
  readonly roles: readonly Role[];
  /** The person's own already (the demo's accounts); else a one-time password is made. */
  readonly password?: string | undefined;
}

export interface MadePerson {
  readonly person: string;
  /** To be handed over, and changed at the first sign-in. Kept nowhere. Absent without a username. */
  readonly oneTimePassword?: string;
}

/**
 * @param by who makes the person; absent for the service itself
 * @param session to make the person in a transaction of the caller's
 * @throws Failure `access/role-unfit`, `access/username-taken`, `request/invalid` for roles without a username
 */
export async function createPerson(
  parts: AccessParts,
  wanted: NewPerson,
  { by, session }: { by?: Actor; session?: ClientSession } = {},
): Promise<MadePerson> {
  requireFittingRoles(wanted.organisationKind, wanted.roles);
  requireUsernameForRoles(wanted);
  const oneTimePassword =
    wanted.username === undefined || wanted.password !== undefined ? undefined : newOneTimePassword();
  const password = wanted.password ?? oneTimePassword;
  const person: StoredPerson = {
    _id: parts.ids.uuid(),
    organisation: wanted.organisation,
    name: wanted.name,
    ...(wanted.staffNumber !== undefined && { staffNumber: wanted.staffNumber }),
    ...(wanted.username !== undefined && { username: wanted.username }),
    roles: [...wanted.roles],
    ...(password !== undefined && { passwordHash: await hashPassword(password) }),
    passwordMustChange: oneTimePassword !== undefined,
    active: true,
    createdAt: parts.clock.now(),
    openings: 0,
  };
  const insert = (inSession: ClientSession) => insertPerson(parts, person, by, inSession);
  await (session === undefined ? inTransaction(parts.connection, insert) : insert(session));
  return { person: person._id, ...(oneTimePassword !== undefined && { oneTimePassword }) };
}

async function insertPerson(
  parts: AccessParts,
  person: StoredPerson,
  by: Actor | undefined,
  session: ClientSession,
): Promise<void> {
  try {
    await peopleOn(parts.connection).create([person], { session });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    throw new Failure('access/username-taken', { username: person.username });
  }
  await appendAccess(
    parts,
    {
      kind: 'person-created',
      organisation: person.organisation,
      person: person._id,
      ...(by !== undefined && { by }),
      details: { roles: { from: [], to: person.roles } },
    },
    session,
  );
}

/** @throws Failure `access/role-unfit` for a role that the kind of organisation does not have */
export function requireFittingRoles(kind: OrganisationKind, roles: readonly Role[]): void {
  const fitting = rolesFitting(kind);
  const unfit = roles.filter((role) => !fitting.includes(role));
  if (unfit.length > 0) throw new Failure('access/role-unfit', { unfit, fitting });
}

/** A role is exercised by signing in: without a username it would be a mistake that nobody notices. */
export function requireUsernameForRoles(person: {
  readonly username?: string | undefined;
  readonly roles: readonly Role[];
}): void {
  if (person.username !== undefined || person.roles.length === 0) return;
  throw new Failure('request/invalid', {}, [
    { pointer: '/username', zh: '有角色的人员须有用户名。', en: 'A person with roles needs a username.' },
  ]);
}

/** Makes an organisation's first administrator in the transaction that makes the organisation. */
export async function createFirstAdministrator(
  parts: AccessParts,
  administrator: Pick<NewPerson, 'organisation' | 'organisationKind' | 'name'> & {
    readonly username: string;
  },
  session: ClientSession,
): Promise<{ person: string; oneTimeSecret: string }> {
  const made = await createPerson(parts, { ...administrator, roles: ['administrator'] }, { session });
  if (made.oneTimePassword === undefined) throw new Error('an administrator was made without a password');
  return { person: made.person, oneTimeSecret: made.oneTimePassword };
}

/** There is one first start in the life of a database. */
const firstStart = 'first-start';

/**
 * At the very first start: makes the operator's administrator, once, however many processes start together.
 * @param makeOperator makes the operator's organisation in the same transaction, and gives its id
 * @returns what to sign in with, to be shown once; undefined where there is somebody already
 */
export async function ensureFirstAdministrator(
  parts: AccessParts,
  makeOperator: (session: ClientSession) => Promise<string>,
  { username = 'administrator', name = '系统管理员 Administrator' } = {},
): Promise<{ username: string; oneTimeSecret: string } | undefined> {
  if (await isSomebody(parts)) return undefined;
  try {
    return await inTransaction(parts.connection, async (session) => {
      await guardsOn(parts.connection).create([{ _id: firstStart, changes: 0 }], { session });
      if (await isSomebody(parts, session)) return undefined;
      const organisation = await makeOperator(session);
      const owner = { organisation, organisationKind: 'operator' as const };
      const { oneTimeSecret } = await createFirstAdministrator(parts, { ...owner, username, name }, session);
      return { username, oneTimeSecret };
    });
  } catch (error) {
    // Another process made the mark first, and the administrator with it.
    if (isDuplicateKey(error) && (await isSomebody(parts))) return undefined;
    throw error;
  }
}

async function isSomebody({ connection }: AccessParts, session?: ClientSession): Promise<boolean> {
  const query = peopleOn(connection).findOne({}, { _id: 1 });
  return (await (session === undefined ? query : query.session(session)).lean()) !== null;
}
