/** What this room works with, given by the composition root. */

import type { ClientSession, Connection } from 'mongoose';
import type { Clock, IdSource } from '../clock.ts';

export interface AccessParts {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly ids: IdSource;
}

/** Bounds the driver's retries of a transaction that others overtake. */
const transactionTimeoutMs = 10_000;

/** Runs the work in a transaction; it touches nothing but the database, since it may run again. */
export async function inTransaction<T>(
  connection: Connection,
  work: (session: ClientSession) => Promise<T>,
): Promise<T> {
  const session = await connection.startSession();
  try {
    return await session.withTransaction(() => work(session), {
      readConcern: { level: 'snapshot' },
      writeConcern: { w: 'majority', j: true },
      timeoutMS: transactionTimeoutMs,
    });
  } finally {
    await session.endSession();
  }
}

const duplicateKeyCode = 11_000;

export function isDuplicateKey(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === duplicateKeyCode;
}
