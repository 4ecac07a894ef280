/** Transactions of the catalogue's own documents. */
import mongoose, { type Connection } from 'mongoose';
import { Failure } from '../errors.ts';
import { organisationModel } from './models.ts';
import type { OrganisationKind } from './organisation.ts';

/** Bounds the driver's retries of a transaction that others overtake. */
const transactionTimeoutMs = 10_000;

/**
 * Runs the work in a transaction, tried again by the driver while others overtake it. The work must bear that: it
 * touches nothing but the database.
 */
export async function inTransaction<T>(
  connection: Connection,
  work: (session: mongoose.mongo.ClientSession) => Promise<T>,
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

/**
 * Writers of one organisation's tree of places, or of its chain of products, take turns on this counter: without it
 * two that each see no cycle could make one together (write skew).
 * @throws Failure `catalogue/organisation-inactive` where it is not active, or not of the kind
 */
export async function takeTurn(
  connection: Connection,
  session: mongoose.mongo.ClientSession,
  organisation: string,
  kind?: OrganisationKind,
): Promise<void> {
  const { matchedCount } = await organisationModel(connection).updateOne(
    { _id: organisation, active: true, ...(kind === undefined ? {} : { kind }) },
    { $inc: { structureVersion: 1 } },
    { session },
  );
  if (matchedCount === 0) throw new Failure('catalogue/organisation-inactive', { organisation });
}

/** @returns the key of a duplicate-key error, by field; undefined for any other error. */
export function duplicateKey(error: unknown): Readonly<Record<string, unknown>> | undefined {
  if (!(error instanceof mongoose.mongo.MongoServerError) || error.code !== 11_000) return undefined;
  const key: unknown = error.keyValue;
  return typeof key === 'object' && key !== null ? { ...key } : {};
}
