/** Ending tokens. A revoked token stays listed: what it was allowed to do remains a fact. */

import type { ClientSession } from 'mongoose';
import mongoose from 'mongoose';
import { inTransaction } from '../database/transaction.ts';
import { Failure } from '../errors.ts';
import { type Actor, appendAccess } from './access-log.ts';
import { type StoredToken, tokensOn } from './models.ts';
import type { AccessParts } from './parts.ts';

const notRevoked = () => mongoose.trusted({ $exists: false });

/**
 * Revokes a token of a person, and every token that was made with it. Doing it again changes nothing.
 * @throws Failure `not-found` for another person's token
 */
export async function revokeToken(
  parts: AccessParts,
  owner: { readonly organisation: string; readonly person: string },
  id: string,
  by: Actor,
): Promise<void> {
  const { organisation, person } = owner;
  await inTransaction(parts.connection, async (session) => {
    const token = await tokensOn(parts.connection)
      .findOne({ _id: id, organisation, person })
      .session(session)
      .lean<StoredToken>();
    if (token === null) throw new Failure('not-found', { token: id });
    if (token.revokedAt !== undefined) return;
    const family = mongoose.trusted([{ _id: id }, { ancestors: id }]);
    await tokensOn(parts.connection).updateMany(
      { $or: family, revokedAt: notRevoked() },
      { $set: { revokedAt: parts.clock.now() } },
      { session },
    );
    await appendAccess(
      parts,
      { kind: 'token-revoked', organisation, person, by, details: { token: id } },
      session,
    );
  });
}

/** Revokes all of a person's tokens, in the caller's transaction. */
export async function revokeTokensOf(
  { connection, clock }: AccessParts,
  person: string,
  session: ClientSession,
): Promise<void> {
  const update = { $set: { revokedAt: clock.now() } };
  await tokensOn(connection).updateMany({ person, revokedAt: notRevoked() }, update, { session });
}
