/**
 * Trouble with the database that is expected in the life of a service (an election, a full pool, a lost
 * connection) is told to the client as such, so that it comes back; anything else is a fault of ours.
 */

import { Failure } from '../errors.ts';

/** The driver gave up before it sent the command. */
const neverSent: ReadonlySet<string> = new Set([
  'MongoServerSelectionError',
  'MongooseServerSelectionError',
  'MongoWaitQueueTimeoutError',
  'MongoPoolClearedError',
  'MongoPoolClosedError',
  'MongoServerClosedError',
  'MongoNotConnectedError',
  'MongoTopologyClosedError',
  'MongoClientClosedError',
]);

/** The command may have been sent, and what it did is not known. */
const perhapsDone: ReadonlySet<string> = new Set([
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'PoolClearedOnNetworkError',
  'MongoStalePrimaryError',
  'MongoOperationTimeoutError',
  'MongoWriteConcernError',
]);

/** Of a socket to the database; what goes wrong with a client's own is no answer to it. */
const brokenSocket: ReadonlySet<string> = new Set([
  'EPIPE',
  'ECONNRESET',
  'ECONNABORTED',
  'ENOTCONN',
  'ETIMEDOUT',
]);

/**
 * The server's own codes, all of which say that nothing was done: HostUnreachable, HostNotFound, LockTimeout,
 * CursorNotFound (it was started again between two pages of a read), MaxTimeMSExpired, NetworkTimeout,
 * ShutdownInProgress, NotYetInitialized, WriteConflict, FailedToSatisfyReadPreference,
 * ReadConcernMajorityNotAvailableYet (just after its start), QueryPlanKilled, PrimarySteppedDown, KeyNotFound (of the
 * cluster's time, just after its start), SnapshotUnavailable, NoSuchTransaction, ExceededTimeLimit,
 * TransactionExceededLifetimeLimitSeconds, SocketException, NotWritablePrimary and its kin, Interrupted.
 */
const passing: ReadonlySet<number> = new Set([
  ...[6, 7, 24, 43, 50, 89, 91, 94, 112, 133, 134, 175, 189, 211, 246, 251, 262, 290, 9001],
  ...[10107, 11600, 11601, 11602, 13435, 13436],
]);

/**
 * @param changes whether the request was to change anything: then an unknown outcome is said to be unknown
 * @returns the failure to answer with, or undefined for what is no expected trouble
 */
export function databaseTrouble(error: unknown, changes: boolean): Failure | undefined {
  if (!(error instanceof Error)) return undefined;
  if (hasLabel(error, 'UnknownTransactionCommitResult')) return new Failure('service/outcome-unknown');
  if (neverSent.has(error.name)) return new Failure('service/busy');
  if (perhapsDone.has(error.name)) return new Failure(changes ? 'service/outcome-unknown' : 'service/busy');
  if (hasLabel(error, 'TransientTransactionError')) return new Failure('service/busy');
  const code = 'code' in error ? error.code : undefined;
  // A bulk write wraps the driver's own errors; what the server itself answers has a code. And where a socket breaks
  // while a command waits for room in it, the driver lets the system's error through as it is.
  if (
    (error.name === 'MongoBulkWriteError' && typeof code !== 'number') ||
    (error.name === 'Error' && typeof code === 'string' && brokenSocket.has(code))
  ) {
    return new Failure(changes ? 'service/outcome-unknown' : 'service/busy');
  }
  if (error.name.startsWith('Mongo') && typeof code === 'number' && passing.has(code)) {
    return new Failure('service/busy');
  }
  return undefined;
}

function hasLabel(error: Error, label: string): boolean {
  return (
    'hasErrorLabel' in error &&
    typeof error.hasErrorLabel === 'function' &&
    error.hasErrorLabel(label) === true
  );
}
