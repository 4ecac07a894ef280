/** Signing in, signing out, and changing one's own password. */

import { inTransaction } from '../database/transaction.ts';
import { Failure } from '../errors.ts';
import { type Actor, appendAccess } from './access-log.ts';
import {
  countAttempt,
  forgetAttempts,
  ofAddress,
  ofPerson,
  ofUsername,
  ofUsernameFrom,
  TooManyAttempts,
  takeBack,
} from './attempts.ts';
import type { Caller, OrganisationFacts, OrganisationLookup } from './caller.ts';
import { peopleOn, type StoredPerson } from './models.ts';
import type { AccessParts } from './parts.ts';
import { hashPassword, isPassword, requireGoodPassword } from './passwords.ts';
import { endSession, endSessionsOf, type OpenedSession, openSession } from './sessions.ts';

export interface SignInParts extends AccessParts {
  readonly organisations: OrganisationLookup;
}

interface Origin {
  readonly address: string;
  readonly requestId: string;
}

export interface SignedIn extends OpenedSession {
  readonly person: StoredPerson;
  readonly organisation: OrganisationFacts;
}

/** An organisation that does not exist: asked for where there is no person, so that both take as long. */
const nobodys = '00000000-0000-0000-0000-000000000000';

/**
 * An unknown username, a wrong password, a person or organisation that is not active: one answer, after the same
 * work, so that none can be told from another.
 * @throws Failure `access/sign-in-failed`, `access/too-many-attempts`
 */
export async function signIn(
  parts: SignInParts,
  { username, password }: { readonly username: string; readonly password: string },
  from: Origin,
): Promise<SignedIn> {
  await countAll(parts, username, from);
  const person = await peopleOn(parts.connection).findOne({ username }).lean<StoredPerson>();
  const same = await isPassword(person?.passwordHash, password);
  const organisation = await parts.organisations.find(person?.organisation ?? nobodys);
  const admitted = same && person?.active === true && organisation?.active === true;
  const opened = admitted ? await open(parts, person, from) : undefined;
  if (!admitted || opened === undefined) {
    await appendAccess(parts, { kind: 'sign-in-failed', ...whose(person), from });
    throw new Failure('access/sign-in-failed');
  }
  await takeBack(parts, ofAddress(from.address));
  await takeBack(parts, ofUsername(username));
  await forgetAttempts(parts, ofUsernameFrom(username, from.address));
  return { ...opened, person, organisation };
}

async function countAll(parts: AccessParts, username: string, from: Origin): Promise<void> {
  try {
    await countAttempt(parts, ofAddress(from.address));
    await countAttempt(parts, ofUsernameFrom(username, from.address));
    await countAttempt(parts, ofUsername(username));
  } catch (error) {
    if (error instanceof TooManyAttempts && error.first) {
      const person = await peopleOn(parts.connection).findOne({ username }).lean<StoredPerson>();
      await appendAccess(parts, { kind: 'sign-in-blocked', ...whose(person), from });
    }
    throw error;
  }
}

function whose(person: StoredPerson | null): { organisation?: string; person?: string } {
  return person === null ? {} : { organisation: person.organisation, person: person._id };
}

/**
 * @returns undefined when the person was deactivated, or the password reset, since it was looked at: the session
 *   would outlive what was meant to end it
 */
function open(parts: AccessParts, person: StoredPerson, from: Origin): Promise<OpenedSession | undefined> {
  const { _id, organisation, passwordHash } = person;
  return inTransaction(parts.connection, async (session) => {
    const { matchedCount } = await peopleOn(parts.connection).updateOne(
      { _id, active: true, passwordHash: passwordHash ?? '' },
      { $set: { lastSignInAt: parts.clock.now() }, $inc: { openings: 1 } },
      { session },
    );
    if (matchedCount === 0) return undefined;
    const opened = await openSession(parts, _id, session);
    await appendAccess(parts, { kind: 'signed-in', organisation, person: _id, from }, session);
    return opened;
  });
}

/** Ends the session that the caller came with. @throws Failure `access/session-required` with a token */
export async function signOut(parts: AccessParts, caller: Caller, by: Actor): Promise<void> {
  requireSession(caller);
  const { organisation, person, credential } = caller;
  await inTransaction(parts.connection, async (session) => {
    await endSession(parts, credential.id, session);
    await appendAccess(parts, { kind: 'signed-out', organisation, person, by }, session);
  });
}

/**
 * Changes the caller's password. All sessions end, and a new one is opened in place of the caller's: a stolen
 * cookie ends with the password that it was made with.
 * @throws Failure `access/session-required`, `access/password-wrong`, `access/password-refused`,
 *   `access/too-many-attempts`
 */
export async function changeOwnPassword(
  parts: AccessParts,
  caller: Caller,
  { currentPassword, newPassword }: { readonly currentPassword: string; readonly newPassword: string },
  by: Actor,
): Promise<OpenedSession> {
  requireSession(caller);
  const { organisation, person } = caller;
  const stored = await peopleOn(parts.connection).findById(person).lean<StoredPerson>();
  if (stored?.username === undefined) throw new Failure('access/sign-in-required');
  await countAttempt(parts, ofPerson(person));
  if (!(await isPassword(stored.passwordHash, currentPassword))) throw new Failure('access/password-wrong');
  await forgetAttempts(parts, ofPerson(person));
  requireGoodPassword(newPassword, stored.username);
  if (newPassword.normalize('NFKC') === currentPassword.normalize('NFKC')) {
    throw new Failure('access/password-refused', {}, [
      { pointer: '/newPassword', zh: '须与当前密码不同。', en: 'Must differ from the current one.' },
    ]);
  }
  const passwordHash = await hashPassword(newPassword);
  return inTransaction(parts.connection, async (session) => {
    const { matchedCount } = await peopleOn(parts.connection).updateOne(
      { _id: person, active: true, passwordHash: stored.passwordHash ?? '' },
      { $set: { passwordHash, passwordMustChange: false } },
      { session },
    );
    // Reset or deactivated a moment ago: what was proved is no longer so.
    if (matchedCount === 0) throw new Failure('access/password-wrong');
    await endSessionsOf(parts, person, session);
    await appendAccess(parts, { kind: 'password-changed', organisation, person, by }, session);
    return openSession(parts, person, session);
  });
}

/** A person is there, not a program that somebody left running. */
function requireSession({ credential }: Caller): void {
  if (credential.kind !== 'session') throw new Failure('access/session-required');
}
