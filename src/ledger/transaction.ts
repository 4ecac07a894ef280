/** The ledger's transactions: how they begin, how often they are tried, and what a commit came to (law 6). */
import { setTimeout as wait } from 'node:timers/promises';
import { mongo } from 'mongoose';
import { isBrokenOff, isDuplicateKey, isOfSocket } from '../database/transaction.ts';
import { Failure } from '../errors.ts';
import { CommandExists, LostRace } from './view.ts';

/** @param deadline of the monotonic clock */
export function transactionOptions(deadline: number): mongo.TransactionOptions {
  return {
    readConcern: { level: 'snapshot' },
    writeConcern: { w: 'majority', j: true },
    readPreference: 'primary',
    // Where no majority answers, a commit would wait for it without an end.
    maxCommitTimeMS: Math.max(1, Math.ceil(deadline - performance.now())),
  };
}

/**
 * One try of a transaction of its own.
 * @throws what the work throws; as {@link commit}
 */
export function inTransaction<T>(
  client: mongo.MongoClient,
  deadline: number,
  work: (session: mongo.ClientSession) => Promise<T>,
): Promise<T> {
  return inSession(client, deadline, async (session) => {
    const done = await work(session);
    await commit(session, deadline);
    return done;
  });
}

/** One try of a transaction of which nothing stays, whatever the work has sent to it. @throws what the work throws */
export function withoutTrace<T>(
  client: mongo.MongoClient,
  deadline: number,
  work: (session: mongo.ClientSession) => Promise<T>,
): Promise<T> {
  return inSession(client, deadline, work);
}

/** What was not committed in the end is given up. */
async function inSession<T>(
  client: mongo.MongoClient,
  deadline: number,
  work: (session: mongo.ClientSession) => Promise<T>,
): Promise<T> {
  const session = client.startSession({ causalConsistency: true });
  try {
    session.startTransaction(transactionOptions(deadline));
    return await work(session);
  } finally {
    if (session.inTransaction()) await session.abortTransaction().catch(() => undefined);
    await session.endSession();
  }
}

/** Tries until nobody is faster. @throws Failure `service/busy` where that is not in time */
export async function untilDone<T>(deadline: number, work: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isTransient(error)) throw error;
      if (performance.now() > deadline) throw new Failure('service/busy', { attempts: attempt + 1 });
    }
    await backOff(attempt);
  }
}

/** Jittered, so that transactions that overtook each other do not meet again. */
export async function backOff(attempt: number): Promise<void> {
  await wait(Math.random() * Math.min(200, 2 ** attempt));
}

/**
 * Commits; while the outcome is unknown only the commit is tried again, for trying the work again could do it
 * twice if the first commit went through.
 * @throws Failure `service/outcome-unknown` after the deadline; the driver's error where the server says that it did
 *   not happen
 */
export async function commit(session: mongo.ClientSession, deadline: number): Promise<void> {
  for (;;) {
    try {
      await session.commitTransaction();
      return;
    } catch (error) {
      if (!isUnknownOutcome(error)) throw error;
      if (performance.now() > deadline) throw new Failure('service/outcome-unknown');
      await wait(50);
    }
  }
}

/**
 * Only the server can say that a commit did not happen. The driver leaves its label off where its own second try
 * found no server: the first one may have been carried out all the same.
 */
function isUnknownOutcome(error: unknown): boolean {
  if (hasLabel(error, 'UnknownTransactionCommitResult')) return true;
  if (hasLabel(error, 'TransientTransactionError')) return false;
  if (hasLabel(error, 'RetryableWriteError') || hasLabel(error, 'SystemOverloadedError')) return true;
  if (isOfSocket(error)) return true;
  return (
    error instanceof mongo.MongoError &&
    !(error instanceof mongo.MongoServerError) &&
    !(error instanceof mongo.MongoAPIError)
  );
}

function hasLabel(error: unknown, label: string): boolean {
  return error instanceof mongo.MongoError && error.hasErrorLabel(label);
}

/**
 * Whether nothing was written and the whole transaction may be tried again. A duplicate key (a holding, a unit, a
 * correction that another transaction has just committed) is one such: the next snapshot sees it and decides anew.
 */
export function isTransient(error: unknown): boolean {
  if (hasLabel(error, 'TransientTransactionError') || isBrokenOff(error)) return true;
  return isDuplicateKey(error) || error instanceof LostRace || error instanceof CommandExists;
}
