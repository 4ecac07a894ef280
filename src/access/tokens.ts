/**
 * API tokens for programs: shown once, stored as SHA-256, scoped to some of their maker's permissions, expiring.
 * A token made with a token can do no more and lives no longer than that one, and ends with it.
 */

import mongoose, { type ClientSession } from 'mongoose';
import { askedTogether } from '../database/asking-together.ts';
import { inTransaction } from '../database/transaction.ts';
import { Failure } from '../errors.ts';
import { type Actor, appendAccess } from './access-log.ts';
import type { Caller } from './caller.ts';
import { peopleOn, type StoredToken, tokensCollection, tokensOn } from './models.ts';
import type { AccessParts } from './parts.ts';
import type { Permission } from './permissions.ts';
import { isSecret, newSecret, sha256, tokenPrefix } from './secrets.ts';

const dayMs = 24 * 60 * 60_000;
export const longestTokenDays = 366;
export const defaultTokenDays = 90;
/** Tokens of one person that are alive at once. */
export const tokensPerPerson = 20;
/** Tokens listed at once, the newest; dead ones among them. */
const tokensListed = 200;
/** Being used is written at most once a minute. */
const usedEveryMs = 60_000;

export interface TokenWish {
  readonly name: string;
  readonly permissions: readonly Permission[];
  /** {@link defaultTokenDays} from now unless said. */
  readonly expiresAt?: Date | undefined;
}

export interface IssuedToken {
  readonly id: string;
  /** `pps_…`; kept nowhere. */
  readonly token: string;
  readonly expiresAt: Date;
}

/**
 * @param caller whose token it will be, as they are signed in
 * @throws Failure `access/password-must-change`, `access/scope-exceeded`, `access/too-many-tokens`
 */
export async function issueToken(
  parts: AccessParts,
  caller: Caller,
  { name, permissions, expiresAt }: TokenWish,
  by: Actor,
): Promise<IssuedToken> {
  if (caller.passwordMustChange === true) throw new Failure('access/password-must-change');
  const exceeding = permissions.filter((permission) => !caller.permissions.has(permission));
  if (exceeding.length > 0) throw new Failure('access/scope-exceeded', { permissions: exceeding });
  const now = parts.clock.now();
  const { person, organisation } = caller;
  const secret = tokenPrefix + newSecret();
  return inTransaction(parts.connection, async (session) => {
    const maker = await makerOf(parts, caller, session);
    const token: StoredToken = {
      _id: parts.ids.uuid(),
      hash: sha256(secret),
      person,
      organisation,
      name,
      permissions: [...permissions],
      ancestors: maker === undefined ? [] : [...maker.ancestors, maker._id],
      createdAt: now,
      expiresAt: permittedExpiry(now, expiresAt, maker),
    };
    await requireRoom(parts, caller, now, session);
    await tokensOn(parts.connection).create([token], { session });
    const details = { token: token._id, permissions };
    await appendAccess(parts, { kind: 'token-issued', organisation, person, by, details }, session);
    return { id: token._id, token: secret, expiresAt: token.expiresAt };
  });
}

/** The token that the caller came with; one that was revoked a moment ago makes no more. */
async function makerOf(
  { connection }: AccessParts,
  { credential }: Caller,
  session: ClientSession,
): Promise<StoredToken | undefined> {
  if (credential.kind === 'session') return undefined;
  const maker = await tokensOn(connection).findById(credential.id).session(session).lean<StoredToken>();
  if (maker === null || maker.revokedAt !== undefined) throw new Failure('access/sign-in-required');
  return maker;
}

function permittedExpiry(now: Date, wanted: Date | undefined, maker: StoredToken | undefined): Date {
  const latest = Math.min(
    now.getTime() + longestTokenDays * dayMs,
    maker?.expiresAt.getTime() ?? Number.POSITIVE_INFINITY,
  );
  if (wanted === undefined) return new Date(Math.min(now.getTime() + defaultTokenDays * dayMs, latest));
  if (wanted.getTime() > latest) {
    throw new Failure('access/scope-exceeded', { latest: new Date(latest).toISOString() });
  }
  if (wanted <= now) {
    throw new Failure('request/invalid', {}, [
      { pointer: '/expiresAt', zh: '有效期须在当前时间之后。', en: 'Must be later than now.' },
    ]);
  }
  return wanted;
}

/** The person's own document is written too, so that two who issue at once are counted one after the other. */
async function requireRoom(
  { connection }: AccessParts,
  { person }: Caller,
  now: Date,
  session: ClientSession,
): Promise<void> {
  const { matchedCount } = await peopleOn(connection).updateOne(
    { _id: person, active: true },
    { $inc: { openings: 1 } },
    { session },
  );
  if (matchedCount === 0) throw new Failure('access/sign-in-required');
  const alive = await tokensOn(connection)
    .countDocuments({
      person,
      revokedAt: mongoose.trusted({ $exists: false }),
      expiresAt: mongoose.trusted({ $gt: now }),
    })
    .session(session);
  if (alive >= tokensPerPerson) throw new Failure('access/too-many-tokens', { limit: tokensPerPerson });
}

/** @returns a person's tokens, newest first, without what would let one use them. */
export async function listTokens(
  { connection }: Pick<AccessParts, 'connection'>,
  { organisation, person }: { readonly organisation: string; readonly person: string },
): Promise<StoredToken[]> {
  return tokensOn(connection)
    .find({ organisation, person })
    .sort({ createdAt: -1, _id: -1 })
    .limit(tokensListed)
    .lean<StoredToken[]>();
}

/**
 * @param secret as `Authorization: Bearer` carries it
 * @returns the token where it is alive
 */
export async function findToken(
  { connection, clock }: Pick<AccessParts, 'connection' | 'clock'>,
  secret: string,
): Promise<StoredToken | undefined> {
  if (!secret.startsWith(tokenPrefix) || !isSecret(secret.slice(tokenPrefix.length))) return undefined;
  const now = clock.now();
  const hash = sha256(secret);
  const [token] = await askedTogether(connection).where<StoredToken>(tokensCollection, 'hash', [hash]);
  if (token === undefined || token.revokedAt !== undefined || token.expiresAt <= now) return undefined;
  if (token.lastUsedAt === undefined || now.getTime() - token.lastUsedAt.getTime() >= usedEveryMs) {
    await tokensOn(connection).updateOne({ _id: token._id }, { $set: { lastUsedAt: now } });
  }
  return token;
}
