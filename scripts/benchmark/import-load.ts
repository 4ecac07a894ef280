/**
 * The load of the import row, in the generator's process: requests of many deliveries one after the other, or what
 * they wrote as a bare insertMany. Only the wait for the service or the database is counted, not what it takes to make
 * up the next request.
 */
import type { Agent } from 'node:http';
import mongoose from 'mongoose';
import { systemIds } from '../../src/clock.ts';
import { connectDatabase, type Database } from '../../src/database/connection.ts';
import type { LotKey } from '../../src/ledger/event.ts';
import { type Plain, renamer } from './floor.ts';

export interface ImportJob {
  readonly kind: 'import';
  readonly origin: string;
  readonly token: string;
  readonly place: string;
  readonly supplier: string;
  /** In turn. */
  readonly lots: readonly LotKey[];
  readonly deliveries: number;
  readonly lotsPerDelivery: number;
  readonly seconds: number;
}

export interface ImportFloorJob {
  readonly kind: 'import-floor';
  readonly uri: string;
  /** What one request wrote, {@link Written} in EJSON. */
  readonly written: string;
  readonly seconds: number;
}

export interface Written {
  readonly events: readonly Plain[];
  readonly entries: readonly Plain[];
}

/** Events written, and how long it took. */
export interface Timed {
  readonly done: number;
  readonly seconds: number;
  readonly latenciesMs: readonly number[];
}

export type Send = (
  agent: Agent,
  origin: string,
  sending: { method: 'POST'; path: string; token: string; body: object },
) => Promise<{ readonly status: number; readonly bytes: Buffer }>;

/** @throws Error where a single delivery was refused */
export async function imports(job: ImportJob, agent: Agent, send: Send): Promise<Timed> {
  const { origin, token, deliveries } = job;
  return await timed(job.seconds, deliveries, async () => {
    const body = importOf(job);
    return async () => {
      const { status, bytes } = await send(agent, origin, {
        ...{ method: 'POST', path: '/api/v1/imports/deliveries', token, body },
      });
      const answer = bytes.toString('utf8');
      if (status !== 200 || !answer.includes('"refused":0')) {
        throw new Error(`answered ${status}: ${answer.slice(0, 1_000)}`);
      }
    };
  });
}

function importOf({ place, supplier, lots, deliveries, lotsPerDelivery }: ImportJob) {
  const lines = (number: number) =>
    Array.from({ length: lotsPerDelivery }, (_, line) => ({
      ...lots[(number * lotsPerDelivery + line) % lots.length],
      quantity: 1 + (number % 7),
    }));
  return {
    deliveries: Array.from({ length: deliveries }, (_, number) => ({
      commandId: systemIds.uuid(),
      place,
      supplier,
      papers: `DN-${number}`,
      lines: lines(number),
    })),
  };
}

const durable = { w: 'majority', j: true } as const;
let connected: Promise<Database> | undefined;

export async function importFloor({ uri, written, seconds }: ImportFloorJob): Promise<Timed> {
  connected ??= connectDatabase({ uri });
  const { db } = await connected;
  const { events, entries } = mongoose.mongo.BSON.EJSON.parse(written, { relaxed: false }) as Written;
  const ids = events.map(({ _id }) => _id);
  const options = { writeConcern: durable };
  return await timed(seconds, events.length, async () => {
    const fresh = renamer(ids);
    const [someEvents, someEntries] = [events.map(fresh), entries.map(fresh)];
    return async () => {
      await db.collection<Plain>('events').insertMany(someEvents, options);
      await db.collection<Plain>('entries').insertMany(someEntries, options);
    };
  });
}

async function timed(
  seconds: number,
  each: number,
  prepare: () => Promise<() => Promise<void>>,
): Promise<Timed> {
  const latenciesMs: number[] = [];
  let spentMs = 0;
  do {
    const work = await prepare();
    const startedMs = performance.now();
    await work();
    latenciesMs.push(performance.now() - startedMs);
    spentMs += performance.now() - startedMs;
  } while (spentMs < seconds * 1000);
  return { done: latenciesMs.length * each, seconds: spentMs / 1000, latenciesMs };
}
