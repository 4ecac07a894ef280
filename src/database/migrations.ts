/**
 * Indexes and changes of stored shapes, as an ordered list of steps. Every process runs the list when it starts; one
 * of them holds the lock and does the work, the others wait for it.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type mongoose from 'mongoose';
import type { Clock, IdSource } from '../clock.ts';
import { CannotStart } from '../errors.ts';

type Db = mongoose.mongo.Db;

export interface Migration {
  /** Unique for ever; by convention `room/what`, for example `ledger/001-indexes`. */
  readonly id: string;
  /**
   * Must bear being run again: a process that is killed between the work and its record leaves the work done and
   * unrecorded. It gets the raw driver's database, and may take as long as it needs.
   */
  run(db: Db): Promise<void>;
}

export interface MigrationOptions {
  readonly clock: Clock;
  readonly ids: IdSource;
  /** Told which step runs, in a sentence. */
  readonly progress?: (sentence: string) => void;
  /** How long a killed holder keeps the others waiting. */
  readonly leaseSeconds?: number;
  /** How long to wait for another process before giving up. */
  readonly waitSeconds?: number;
}

interface MigrationRecord {
  readonly _id: string;
  readonly ranAt: string;
}

interface LockRecord {
  readonly _id: string;
  readonly holder: string;
  readonly expiresAt: Date;
}

const lockId = 'migrations';
const neverHeld = new Date(0);
const duplicateKey = 11_000;
const pollMs = 200;

/**
 * Runs, in order, each step that the database has no record of.
 * @returns the ids that this process ran.
 * @throws CannotStart when a newer version of the product has already changed the database, or when another process
 *   does not finish; Error of the step that failed, which stays unrecorded and is tried again at the next start.
 */
export async function runMigrations(
  db: Db,
  migrations: readonly Migration[],
  options: MigrationOptions,
): Promise<string[]> {
  refuseRepeatedIds(migrations);
  if ((await pending(db, migrations)).length === 0) return [];
  const lock = await MigrationLock.take(db, options);
  try {
    const ran: string[] = [];
    // Looked up again: another process may have run some of them while we waited.
    for (const migration of await pending(db, migrations)) {
      options.progress?.(`Changing the database: ${migration.id}.`);
      await migration.run(db);
      await lock.assertHeld();
      await records(db).insertOne({ _id: migration.id, ranAt: options.clock.now().toISOString() });
      ran.push(migration.id);
    }
    return ran;
  } finally {
    await lock.release();
  }
}

async function pending(db: Db, migrations: readonly Migration[]): Promise<Migration[]> {
  const ran = new Set((await records(db).find().toArray()).map((record) => record._id));
  const known = new Set(migrations.map((migration) => migration.id));
  const unknown = [...ran].find((id) => !known.has(id));
  if (unknown !== undefined) {
    throw new CannotStart(
      `The database was changed by a newer version of pps-trace (step ${unknown}): start that version, or restore a backup from before it.`,
    );
  }
  return migrations.filter((migration) => !ran.has(migration.id));
}

function refuseRepeatedIds(migrations: readonly Migration[]): void {
  const ids = migrations.map((migration) => migration.id);
  const repeated = ids.find((id, index) => ids.indexOf(id) !== index);
  if (repeated !== undefined) throw new Error(`two migrations are called ${repeated}`);
}

function records(db: Db): mongoose.mongo.Collection<MigrationRecord> {
  return db.collection<MigrationRecord>('migrations');
}

/**
 * A lease in the database. It is compared with the database server's clock (`$$NOW`), since the clocks of processes
 * on several machines differ; it is renewed while we work, and one whose holder was killed runs out.
 */
class MigrationLock {
  readonly #db: Db;
  readonly #holder: string;
  readonly #leaseSeconds: number;
  readonly #renewal: NodeJS.Timeout;

  private constructor(db: Db, holder: string, leaseSeconds: number) {
    this.#db = db;
    this.#holder = holder;
    this.#leaseSeconds = leaseSeconds;
    // A renewal that fails is noticed by assertHeld, before anything is recorded.
    const renew = () => void this.#extend().catch(() => undefined);
    this.#renewal = setInterval(renew, (leaseSeconds * 1000) / 3);
  }

  static async take(db: Db, options: MigrationOptions): Promise<MigrationLock> {
    const { leaseSeconds = 30, waitSeconds = 300 } = options;
    const holder = options.ids.uuid();
    for (let waitedMs = 0; waitedMs <= waitSeconds * 1000; waitedMs += pollMs) {
      if (await grab(db, holder, leaseSeconds)) return new MigrationLock(db, holder, leaseSeconds);
      await sleep(pollMs);
    }
    throw new CannotStart(
      `Another process has been changing the database for ${waitSeconds} seconds: wait for it to finish, then start again.`,
    );
  }

  /** @throws Error when the lease ran out under us and somebody else may be at work. */
  async assertHeld(): Promise<void> {
    if (!(await this.#extend())) throw new Error('the lock on migrations was lost; start again');
  }

  async release(): Promise<void> {
    clearInterval(this.#renewal);
    const mine = { _id: lockId, holder: this.#holder };
    await locks(this.#db).updateOne(mine, { $set: { holder: '', expiresAt: neverHeld } });
  }

  async #extend(): Promise<boolean> {
    const mine = { _id: lockId, holder: this.#holder };
    const { matchedCount } = await locks(this.#db).updateOne(mine, [lease(this.#holder, this.#leaseSeconds)]);
    return matchedCount === 1;
  }
}

/**
 * Takes the lock where nobody has it or its lease has run out. One update decides between several who try at once:
 * the server looks at the filter again when another's write came first.
 */
async function grab(db: Db, holder: string, leaseSeconds: number): Promise<boolean> {
  await makeLock(db);
  const free = { _id: lockId, $expr: { $lt: ['$expiresAt', '$$NOW'] } };
  const { matchedCount } = await locks(db).updateOne(free, [lease(holder, leaseSeconds)]);
  return matchedCount === 1;
}

async function makeLock(db: Db): Promise<void> {
  try {
    const unheld = { $setOnInsert: { holder: '', expiresAt: neverHeld } };
    await locks(db).updateOne({ _id: lockId }, unheld, { upsert: true });
  } catch (error) {
    // Another process made it between our look and our insert.
    if (!(error instanceof Error && 'code' in error && error.code === duplicateKey)) throw error;
  }
}

function lease(holder: string, seconds: number): mongoose.mongo.Document {
  return {
    $set: { holder, expiresAt: { $dateAdd: { startDate: '$$NOW', unit: 'second', amount: seconds } } },
  };
}

function locks(db: Db): mongoose.mongo.Collection<LockRecord> {
  return db.collection<LockRecord>('locks');
}
