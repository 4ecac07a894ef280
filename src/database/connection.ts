/** The one connection to the database: mongoose for what is not hashed history, its raw driver for the ledger. */

import mongoose from 'mongoose';
import { CannotStart } from '../errors.ts';

/** The name of the database where the URI gives none. */
const defaultDatabase = 'pps-trace';
const defaultPatienceMs = 5_000;

/**
 * A server that is frozen, or whose network swallows everything, closes no connection: what was sent to it would wait
 * without an end. The driver's monitor gives it up after both of these together, and breaks off what waits there.
 */
const heartbeatMs = 1_000;
const silenceMs = 3_000;

/** A mongoose of our own: `strictQuery` and `autoCreate` set on a connection do not reach its models. */
const own = new mongoose.Mongoose({
  autoIndex: false,
  autoCreate: false,
  bufferCommands: false,
  sanitizeFilter: true,
  strictQuery: 'throw',
});

export interface Database {
  /** Rooms make their models on it: `connection.model(…)`. */
  readonly connection: mongoose.Connection;
  /** The raw driver, of which mongoose owns the only copy: `mongoose.mongo` has its types. */
  readonly client: mongoose.mongo.MongoClient;
  readonly db: mongoose.mongo.Db;
  close(): Promise<void>;
}

export interface ConnectOptions {
  readonly uri: string;
  /** Overrides the name in the URI. */
  readonly name?: string;
  /** How long to look for a server that answers; 5,000 where nothing is said. */
  readonly patienceMs?: number;
}

/**
 * Connects, and sets what every room relies on: a write is acknowledged when a majority has it in its journal
 * (law 6), a read sees only what cannot be rolled back, indexes come from migrations alone, a filter takes no
 * operators from a request's JSON, and a misspelt path in a filter is an error rather than a filter for everything.
 * @throws CannotStart when the database cannot be reached, or is not a replica set.
 */
export async function connectDatabase({ uri, name, patienceMs }: ConnectOptions): Promise<Database> {
  const connection = own.createConnection();
  try {
    await connection.openUri(uri, {
      dbName: name ?? databaseIn(uri),
      writeConcern: { w: 'majority', j: true },
      readConcern: { level: 'majority' },
      retryWrites: true,
      retryReads: true,
      serverSelectionTimeoutMS: patienceMs ?? defaultPatienceMs,
      heartbeatFrequencyMS: heartbeatMs,
      connectTimeoutMS: silenceMs,
      appName: 'pps-trace',
    });
    const db = connection.db;
    if (db === undefined) throw new Error('mongoose connected without a database');
    await requireReplicaSet(db);
    return { connection, client: connection.getClient(), db, close: () => connection.close() };
  } catch (error) {
    await connection.close();
    if (error instanceof CannotStart) throw error;
    throw new CannotStart(
      `The database cannot be reached (${error instanceof Error ? error.message : String(error)}): check MONGODB_URI, and that the server runs.`,
    );
  }
}

/**
 * How long the server lets a transaction of a killed client hold its locks, in seconds. The product wants 5; at the
 * server's default of 60 a recall's fence can wait that long.
 * @returns undefined where the server does not let us ask.
 */
export async function transactionLifetimeSeconds(
  client: mongoose.mongo.MongoClient,
): Promise<number | undefined> {
  const answer = await client
    .db('admin')
    .command({ getParameter: 1, transactionLifetimeLimitSeconds: 1 })
    .catch(() => undefined);
  const seconds: unknown = answer?.transactionLifetimeLimitSeconds;
  return typeof seconds === 'number' ? seconds : undefined;
}

async function requireReplicaSet(db: mongoose.mongo.Db): Promise<void> {
  const hello = await db.admin().command({ hello: 1 });
  if (hello.setName !== undefined || hello.msg === 'isdbgrid') return;
  throw new CannotStart(
    'The database in MONGODB_URI is a single server without a replica set, and transactions need one: start mongod with --replSet (one member is enough).',
  );
}

function databaseIn(uri: string): string {
  const path = /^mongodb(?:\+srv)?:\/\/[^/]+\/([^?]*)/.exec(uri)?.[1];
  return path === undefined || path === '' ? defaultDatabase : decodeURIComponent(path);
}
