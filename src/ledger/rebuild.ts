/**
 * Rebuilds everything that is derived from events: holdings, units, and what rooms project. The events and the order
 * that entries keep (holding versions, unit versions) are the source; entries themselves are not rebuilt, for nothing
 * else knows the order. check-ledger says whether they can be trusted. Stop the service first.
 */
import type { mongo } from 'mongoose';
import type { IdSource } from '../clock.ts';
import type { Projector } from './append.ts';
import { type Rebuilt, rebuildHoldings, rebuildUnits } from './rebuild-books.ts';
import { type CarryOver, rebuildProjections } from './rebuild-projections.ts';

export interface RebuildSettings {
  readonly db: mongo.Db;
  readonly ids: Pick<IdSource, 'uuid'>;
  /** The same list, in the same order, that the ledger appends with. */
  readonly projectors: readonly Projector[];
  /** What a projected document holds beside its projection, by collection. */
  readonly carryOver?: Readonly<Record<string, CarryOver>>;
}

export interface RebuildReport {
  readonly holdings: Rebuilt;
  readonly units: Rebuilt;
  /** Documents of all projections together. */
  readonly projections: Rebuilt;
}

const lockId = 'ledger-rebuild';
const leaseSeconds = 60;
const renewAfterMs = 10_000;

interface LockRecord {
  readonly _id: string;
  readonly holder: string;
  readonly expiresAt: Date;
}

/**
 * @returns how much was looked at, and how much had to be put right.
 * @throws Error when another rebuild runs, when the service writes meanwhile, or when history itself does not add up.
 */
export async function rebuild({
  db,
  ids,
  projectors,
  carryOver = {},
}: RebuildSettings): Promise<RebuildReport> {
  const lock = new RebuildLock(db, ids.uuid());
  await lock.take();
  try {
    const progress = () => lock.renew();
    const holdings = await rebuildHoldings(db, progress);
    const units = await rebuildUnits(db, progress);
    const projections = await rebuildProjections(db, projectors, carryOver, progress);
    return { holdings, units, projections };
  } finally {
    await lock.release();
  }
}

/** A lease by the server's clock; one whose holder was killed runs out. */
class RebuildLock {
  private readonly locks: mongo.Collection<LockRecord>;
  private readonly holder: string;
  private renewedAt = 0;

  constructor(db: mongo.Db, holder: string) {
    this.locks = db.collection<LockRecord>('locks');
    this.holder = holder;
  }

  async take(): Promise<void> {
    const unheld = { $setOnInsert: { holder: '', expiresAt: new Date(0) } };
    await this.locks.updateOne({ _id: lockId }, unheld, { upsert: true });
    // One update decides between several that try at once.
    const free = { _id: lockId, $expr: { $lt: ['$expiresAt', '$$NOW'] } };
    const { matchedCount } = await this.locks.updateOne(free, [this.lease()]);
    if (matchedCount !== 1)
      throw new Error('another rebuild is running, or was killed less than a minute ago');
    this.renewedAt = performance.now();
  }

  async renew(): Promise<void> {
    if (performance.now() - this.renewedAt < renewAfterMs) return;
    const { matchedCount } = await this.locks.updateOne({ _id: lockId, holder: this.holder }, [this.lease()]);
    if (matchedCount !== 1) throw new Error('the rebuild took too long over one step, and another has begun');
    this.renewedAt = performance.now();
  }

  async release(): Promise<void> {
    const mine = { _id: lockId, holder: this.holder };
    await this.locks.updateOne(mine, { $set: { holder: '', expiresAt: new Date(0) } });
  }

  private lease() {
    const expiresAt = { $dateAdd: { startDate: '$$NOW', unit: 'second', amount: leaseSeconds } };
    return { $set: { holder: this.holder, expiresAt } };
  }
}
