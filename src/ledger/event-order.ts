/**
 * The order in which history is replayed. A clock makes no order: an event's recordTime is taken before its
 * transaction, so two that contended for a holding may have been committed the other way round. But a command is
 * given up after seconds, so whatever contended lies close together; and within that window the versions that
 * entries recorded of holdings, units and lots tell which was first.
 */
import type { mongo } from 'mongoose';
import { ledgerCollections, withoutKey } from './collections.ts';
import type { AnyEvent } from './event.ts';

/** Wider than a command's deadline and the difference of two machines' clocks together. */
const windowMs = 120_000;
const batchSize = 200;

interface Waiting {
  readonly event: AnyEvent;
  readonly at: number;
  /** Versions that the event wrote, by holding or unit. */
  readonly versions: ReadonlyMap<string, number>;
  emitted: boolean;
}

/** Yields every event once, each after those on which it was built. Memory: the events of one window. */
export async function* eventsInOrder(db: mongo.Db): AsyncGenerator<AnyEvent> {
  const waiting: Waiting[] = [];
  const byKey = new Map<string, Waiting[]>();
  for await (const batch of batches(db)) {
    for (const one of batch) {
      waiting.push(one);
      for (const key of one.versions.keys()) insert(byKey, key, one);
    }
    const newest = batch.at(-1)?.at ?? 0;
    yield* release(waiting, byKey, newest - windowMs);
  }
  yield* release(waiting, byKey, Number.POSITIVE_INFINITY);
}

/** Emits what is older than the window, and before it whatever it was built on. */
function* release(waiting: Waiting[], byKey: Map<string, Waiting[]>, until: number): Generator<AnyEvent> {
  let done = 0;
  for (const one of waiting) {
    if (one.at > until) break;
    yield* emit(one, byKey);
    done += 1;
  }
  waiting.splice(0, done);
}

function* emit(one: Waiting, byKey: Map<string, Waiting[]>): Generator<AnyEvent> {
  if (one.emitted) return;
  one.emitted = true;
  for (const [key, version] of one.versions) {
    for (let first = byKey.get(key)?.[0]; first !== undefined && first !== one; first = byKey.get(key)?.[0]) {
      if ((first.versions.get(key) ?? 0) >= version) break;
      yield* emit(first, byKey);
      if (byKey.get(key)?.[0] === first) throw new Error(`the versions of ${key} go round in a circle`);
    }
  }
  for (const key of one.versions.keys()) remove(byKey, key, one);
  yield one.event;
}

function insert(byKey: Map<string, Waiting[]>, key: string, one: Waiting): void {
  const queue = byKey.get(key) ?? [];
  const version = one.versions.get(key) ?? 0;
  const index = queue.findLastIndex((other) => (other.versions.get(key) ?? 0) <= version);
  queue.splice(index + 1, 0, one);
  byKey.set(key, queue);
}

function remove(byKey: Map<string, Waiting[]>, key: string, one: Waiting): void {
  const queue = byKey.get(key) ?? [];
  queue.splice(queue.indexOf(one), 1);
  if (queue.length === 0) byKey.delete(key);
}

async function* batches(db: mongo.Db): AsyncGenerator<Waiting[]> {
  const cursor = ledgerCollections(db).events.find().sort({ recordTime: 1, _id: 1 }).allowDiskUse(true);
  let batch: AnyEvent[] = [];
  for await (const stored of cursor) {
    batch.push(withoutKey(stored) as AnyEvent);
    if (batch.length < batchSize) continue;
    yield await withVersions(db, batch);
    batch = [];
  }
  if (batch.length > 0) yield await withVersions(db, batch);
}

async function withVersions(db: mongo.Db, events: readonly AnyEvent[]): Promise<Waiting[]> {
  const versions = new Map<string, Map<string, number>>(events.map(({ id }) => [id, new Map()]));
  const ids = { event: { $in: events.map(({ id }) => id) } };
  const projection = { event: 1, lotId: 1, gtin: 1, holdings: 1, units: 1, touched: 1 };
  for await (const entry of ledgerCollections(db).entries.find(ids, { projection })) {
    const own = versions.get(entry.event);
    for (const { organisation, version } of entry.holdings)
      own?.set(`${organisation}/${entry.lotId}`, version);
    if (entry.touched !== undefined) own?.set(entry.lotId, entry.touched);
    for (const { issuer, serial, version } of entry.units)
      own?.set(`${entry.gtin} ${issuer} ${serial}`, version);
  }
  return events.map((event) => ({
    event,
    at: Date.parse(event.recordTime),
    versions: versions.get(event.id) ?? new Map(),
    emitted: false,
  }));
}
