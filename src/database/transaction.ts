/** Transactions of the rooms' own documents; the ledger's, which must know an unknown outcome, are in ledger/run.ts. */

import { mongo } from 'mongoose';

/** A mongoose connection or a client of the driver. */
export interface SessionSource {
  startSession(): mongo.ClientSession | Promise<mongo.ClientSession>;
}

/** Bounds the driver's retries of a transaction that others overtake. */
const timeoutMs = 10_000;

/**
 * Runs the work in a transaction, on a snapshot, acknowledged by a majority's journal. The driver runs it again
 * while others overtake it, so it touches nothing but the database.
 */
export async function inTransaction<T>(
  source: SessionSource,
  work: (session: mongo.ClientSession) => Promise<T>,
): Promise<T> {
  const session = await source.startSession();
  try {
    return await session.withTransaction(() => work(session), {
      readConcern: { level: 'snapshot' },
      writeConcern: { w: 'majority', j: true },
      timeoutMS: timeoutMs,
    });
  } finally {
    await session.endSession();
  }
}

/**
 * Whether the driver itself gave a command up that the server never answered: no connection, no primary, a pool that was
 * cleared. Within a transaction whose commit was not yet sent nothing has happened then. The driver labels such errors
 * as transient only where the command had been sent, and a bulk write wraps them in an error of its own, without a code.
 */
export function isBrokenOff(error: unknown): boolean {
  if (error instanceof mongo.MongoBulkWriteError) {
    return error.code === undefined && [error.writeErrors].flat().length === 0;
  }
  return error instanceof mongo.MongoNetworkError || error instanceof mongo.MongoServerSelectionError;
}

const duplicateKeyCode = 11_000;

/** @returns whether another document already has a key that must be unique. */
export function isDuplicateKey(error: unknown): boolean {
  return error instanceof mongo.MongoServerError && error.code === duplicateKeyCode;
}

/** @returns the key of a duplicate-key error, by field; undefined for any other error. */
export function duplicateKey(error: unknown): Readonly<Record<string, unknown>> | undefined {
  if (!(error instanceof mongo.MongoServerError) || !isDuplicateKey(error)) return undefined;
  const key: unknown = error.keyValue;
  return typeof key === 'object' && key !== null ? { ...key } : {};
}
