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
  'MongoNotConnectedError',
  'MongoTopologyClosedError',
  'MongoClientClosedError',
]);

/** The command may have been sent, and what it did is not known. */
const perhapsDone: ReadonlySet<string> = new Set([
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoOperationTimeoutError',
  'MongoWriteConcernError',
]);

/**
 * The server's own codes, all of which say that nothing was done: LockTimeout, MaxTimeMSExpired, ShutdownInProgress,
 * WriteConflict, FailedToSatisfyReadPreference, ReadConcernMajorityNotAvailableYet (just after its start),
 * PrimarySteppedDown, SnapshotUnavailable, ExceededTimeLimit, NotWritablePrimary and its kin.
 */
const passing: ReadonlySet<number> = new Set([
  ...[24, 50, 91, 112, 133, 134, 189, 246, 262],
  ...[10107, 11600, 11602, 13435, 13436],
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
  // A bulk write wraps the driver's own errors; what the server itself answers has a code.
  if (error.name === 'MongoBulkWriteError' && !('code' in error && error.code !== undefined)) {
    return new Failure(changes ? 'service/outcome-unknown' : 'service/busy');
  }
  if (error.name.startsWith('Mongo') && 'code' in error && typeof error.code === 'number') {
    if (passing.has(error.code)) return new Failure('service/busy');
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
