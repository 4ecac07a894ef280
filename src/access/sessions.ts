/** Sessions of people who signed in: a secret in a cookie, its SHA-256 here. */

import type { ClientSession } from 'mongoose';
import { askedTogether } from '../database/asking-together.ts';
import { type StoredSession, sessionsCollection, sessionsOn } from './models.ts';
import type { AccessParts } from './parts.ts';
import { isSecret, newSecret, sha256 } from './secrets.ts';

/** A shared screen in a theatre is left alone; an operation is long. */
const idleLimitMs = 60 * 60_000;
/** One shift. */
const absoluteLimitMs = 12 * 60 * 60_000;
/** Being seen is written at most once a minute. */
const seenEveryMs = 60_000;

export interface OpenedSession {
  /** For the cookie; never one that the browser brought (session fixation). */
  readonly secret: string;
  readonly endsAt: Date;
}

/** Opens a session in the caller's transaction. */
export async function openSession(
  { connection, clock }: Pick<AccessParts, 'connection' | 'clock'>,
  person: string,
  session: ClientSession,
): Promise<OpenedSession> {
  const secret = newSecret();
  const now = clock.now();
  const endsAt = new Date(now.getTime() + absoluteLimitMs);
  const stored = { _id: sha256(secret), person, createdAt: now, lastSeenAt: now, endsAt };
  await sessionsOn(connection).create([{ ...stored, expiresAt: expiry(now, endsAt) }], { session });
  return { secret, endsAt };
}

/**
 * @param secret from the cookie
 * @returns the session where it is alive; being seen moves its idle limit
 */
export async function findSession(
  { connection, clock }: Pick<AccessParts, 'connection' | 'clock'>,
  secret: string,
): Promise<StoredSession | undefined> {
  if (!isSecret(secret)) return undefined;
  const now = clock.now();
  const id = sha256(secret);
  const [found] = await askedTogether(connection).where<StoredSession>(sessionsCollection, '_id', [id]);
  // The TTL index removes what is past its limit within a minute or two; until then this is what refuses it.
  if (found === undefined || found.expiresAt <= now) return undefined;
  if (now.getTime() - found.lastSeenAt.getTime() >= seenEveryMs) {
    const update = { $set: { lastSeenAt: now, expiresAt: expiry(now, found.endsAt) } };
    await sessionsOn(connection).updateOne({ _id: found._id }, update);
  }
  return found;
}

function expiry(now: Date, endsAt: Date): Date {
  return new Date(Math.min(now.getTime() + idleLimitMs, endsAt.getTime()));
}

export async function endSession(
  { connection }: Pick<AccessParts, 'connection'>,
  id: string,
  session: ClientSession,
): Promise<void> {
  await sessionsOn(connection).deleteOne({ _id: id }, { session });
}

export async function endSessionsOf(
  { connection }: Pick<AccessParts, 'connection'>,
  person: string,
  session: ClientSession,
): Promise<void> {
  await sessionsOn(connection).deleteMany({ person }, { session });
}
