/** Signals of counterfeits in the database. */
import type { mongo } from 'mongoose';
import { Failure } from '../errors.ts';
import {
  devicesPerDay,
  type Origin,
  restOf,
  type SignalKind,
  shareOf,
  type Tallied,
} from './counterfeit-signal.ts';
import type { Dates } from './doubts.ts';

export const signalsCollection = 'counterfeitSignals';

export interface Acknowledgement {
  /** RFC 3339. */
  readonly at: string;
  /** Person id. */
  readonly by: string;
  readonly reason: string;
}

export interface StoredSignal {
  readonly _id: string;
  /** The registrant: who is told. */
  readonly organisation: string;
  readonly kind: SignalKind;
  readonly gtin: string;
  readonly lot?: string;
  readonly serial?: string;
  readonly label: Dates;
  readonly day: string;
  readonly origin: Origin;
  readonly scans: number;
  readonly checks: number;
  readonly withinHours?: number;
  readonly acknowledged?: Acknowledgement;
}

function signals(db: mongo.Db): mongo.Collection<StoredSignal> {
  return db.collection<StoredSignal>(signalsCollection);
}

/**
 * Adds to what is stored. Two processes that write at the same moment may each fill the room that was left; a day's
 * list is at most that much longer.
 * @param registrants by GTIN; lines of a product that nobody has registered are left out
 */
export async function addSignals(
  db: mongo.Db,
  lines: readonly Tallied[],
  registrants: ReadonlyMap<string, string>,
): Promise<void> {
  for (const share of Map.groupBy(lines, shareOf).values()) {
    const [first] = share;
    const organisation = registrants.get(first?.gtin ?? '');
    if (first === undefined || organisation === undefined) continue;
    const { gtin, day, origin, kind } = first;
    const ids = share.map(({ id }) => id);
    const stored = await signals(db)
      .find({ _id: { $in: ids } }, { projection: { _id: 1 } })
      .toArray();
    const known = new Set(stored.map(({ _id }) => _id));
    let room = devicesPerDay - (await signals(db).countDocuments({ gtin, day, origin, kind }));
    const writes = share.map((line) => {
      if (known.has(line.id) || line.kind === 'more-devices') return upsert(line, organisation);
      room -= 1;
      return upsert(room >= 0 ? line : restOf(line), organisation);
    });
    await signals(db).bulkWrite(writes, { ordered: false });
  }
}

function upsert(line: Tallied, organisation: string): mongo.AnyBulkWriteOperation<StoredSignal> {
  const { id, scans, checks, withinHours, ...facts } = line;
  return {
    updateOne: {
      filter: { _id: id },
      update: {
        $inc: { scans, checks },
        $setOnInsert: { organisation, ...facts },
        ...(withinHours === undefined ? {} : { $min: { withinHours } }),
      },
      upsert: true,
    },
  };
}

/** Where a list goes on. */
export interface SignalPosition {
  readonly day: string;
  readonly id: string;
}

/** A registrant's signals, the newest day first. */
export async function readSignals(
  db: mongo.Db,
  organisation: string,
  page: { readonly after?: SignalPosition | undefined; readonly limit: number },
): Promise<StoredSignal[]> {
  const { after, limit } = page;
  const older: mongo.Filter<StoredSignal> =
    after === undefined
      ? {}
      : { $or: [{ day: { $lt: after.day } }, { day: after.day, _id: { $gt: after.id } }] };
  return await signals(db)
    .find({ organisation, ...older })
    .sort({ day: -1, _id: 1 })
    .limit(limit)
    .toArray();
}

/**
 * The first acknowledgement stands.
 * @throws Failure `not-found` for a signal that is not this registrant's, `signal/acknowledged`
 */
export async function acknowledgeSignal(
  db: mongo.Db,
  organisation: string,
  id: string,
  acknowledged: Acknowledgement,
): Promise<StoredSignal> {
  const done = await signals(db).findOneAndUpdate(
    { _id: id, organisation, acknowledged: { $exists: false } },
    { $set: { acknowledged } },
    { returnDocument: 'after' },
  );
  if (done !== null) return done;
  const stored = await signals(db).findOne({ _id: id, organisation });
  if (stored === null) throw new Failure('not-found');
  throw new Failure('signal/acknowledged', { at: stored.acknowledged?.at });
}
