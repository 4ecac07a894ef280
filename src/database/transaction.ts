/** Transactions of the rooms' own documents; the ledger's, which must know an unknown outcome, are in ledger/transaction.ts. */

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
 * Whether a command was broken off without a label that would say so: the driver gave it up (no connection, no primary,
 * a pool that was cleared), or the server did, because the transaction had lived for too long or somebody ended it.
 * Within a transaction whose commit was not yet sent nothing has happened then. A bulk write wraps what the driver says
 * in an error of its own, without a server's code.
 */
export function isBrokenOff(error: unknown): boolean {
  if (error instanceof mongo.MongoServerError && typeof error.code === 'number')
    return endedByServer.has(error.code);
  if (error instanceof mongo.MongoBulkWriteError) return [error.writeErrors].flat().length === 0;
  if (error instanceof mongo.MongoNetworkError || error instanceof mongo.MongoServerSelectionError)
    return true;
  return isOfSocket(error);
}

const interrupted = 11_601;
const exceededLifetime = 290;
const endedByServer: ReadonlySet<number> = new Set([interrupted, exceededLifetime]);

/** Whether the server ended a transaction because it had lived for too long, which it may tell in either way. */
export function livedTooLong(error: unknown): boolean {
  return error instanceof mongo.MongoServerError && endedByServer.has(Number(error.code));
}

/**
 * Whether a socket broke while a command waited for room in it: there the driver lets the system's own error through,
 * without a label, and tries nothing again.
 */
export function isOfSocket(error: unknown): boolean {
  return error instanceof Error && 'code' in error && socketCodes.has(String(error.code));
}

const socketCodes: ReadonlySet<string> = new Set([
  'EPIPE',
  'ECONNRESET',
  'ECONNABORTED',
  'ENOTCONN',
  'ETIMEDOUT',
]);

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
