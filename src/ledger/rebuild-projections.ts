/**
 * What rooms derive from events, replayed from the first event into collections beside the real ones, and then put in
 * their place, document by document. The service must be stopped: an event that comes in between would be lost from
 * the projections, so that is looked for, and is an error.
 */
import { isDeepStrictEqual } from 'node:util';
import type { mongo } from 'mongoose';
import { bulkOperation, type Write } from '../database/write.ts';
import type { Projector } from './append.ts';
import { ledgerCollections, lotsCollection, productStandingsCollection } from './collections.ts';
import { type AnyEvent, lotsOf } from './event.ts';
import { eventsInOrder } from './event-order.ts';
import type { Rebuilt } from './rebuild-books.ts';
import { touchLot, touchProduct } from './touch.ts';

/** @returns the rebuilt document with what is not derived from events taken over from the stored one. */
export type CarryOver = (stored: mongo.Document, rebuilt: mongo.Document) => mongo.Document;

const beside = 'rebuilding.';
const writesAtOnce = 500;

type KeyedDocument = mongo.Document & { _id: string };

/**
 * @param carryOver by collection; the ledger's own are known
 * @throws Error when an event came in meanwhile, or history does not replay.
 */
export async function rebuildProjections(
  db: mongo.Db,
  projectors: readonly Projector[],
  carryOver: Readonly<Record<string, CarryOver>>,
  progress: () => Promise<void>,
): Promise<Rebuilt> {
  const { events } = ledgerCollections(db);
  const before = await events.countDocuments();
  const collections = new Set([lotsCollection, productStandingsCollection]);
  await dropAll(db);
  let waiting: Write[] = [];
  const flush = async () => {
    for (const { collection } of waiting) collections.add(collection);
    await replay(db, waiting);
    waiting = [];
    await progress();
  };
  for await (const event of eventsInOrder(db)) {
    waiting.push(...writesOf(event, projectors));
    if (waiting.length >= writesAtOnce) await flush();
  }
  await flush();
  if ((await events.countDocuments()) !== before) {
    throw new Error('events came in during the rebuild: stop the service, then rebuild');
  }
  const known: Readonly<Record<string, CarryOver>> = {
    [lotsCollection]: keepTouched,
    [productStandingsCollection]: keepTouched,
    ...carryOver,
  };
  const total = { seen: 0, restored: 0 };
  for (const collection of collections) {
    const { seen, restored } = await replaceAll(db, collection, known[collection] ?? keepNothing, progress);
    total.seen += seen;
    total.restored += restored;
  }
  await dropAll(db);
  return total;
}

const keepNothing: CarryOver = (_stored, rebuilt) => rebuilt;

/**
 * How often a document was touched is not in history: only that it grows matters. A replay touches at every event,
 * which is no less than what a document that is gone had.
 */
const keepTouched: CarryOver = ({ touched }, rebuilt) =>
  touched === undefined ? rebuilt : { ...rebuilt, touched };

/** As an append does: first the documents that a first sight makes, then what rooms write. */
function writesOf(event: AnyEvent, projectors: readonly Projector[]): Write[] {
  const seen = lotsOf(event);
  const gtins = [...new Set(seen.map(({ gtin }) => gtin))];
  return [
    ...seen.map(touchLot),
    ...gtins.map(touchProduct),
    ...projectors.flatMap((project) => project(event)),
  ];
}

async function replay(db: mongo.Db, writes: readonly Write[]): Promise<void> {
  for (const [collection, group] of Map.groupBy(writes, (write) => write.collection)) {
    const operations = group.map(bulkOperation);
    const done = await db.collection(beside + collection).bulkWrite(operations, { ordered: true });
    if (done.insertedCount + done.matchedCount + done.upsertedCount < group.length) {
      throw new Error(`history does not replay: a write in ${collection} found nothing to write on`);
    }
  }
}

async function replaceAll(
  db: mongo.Db,
  collection: string,
  carryOver: CarryOver,
  progress: () => Promise<void>,
): Promise<Rebuilt> {
  const real = db.collection<KeyedDocument>(collection);
  const rebuilt = db.collection<KeyedDocument>(beside + collection);
  let [seen, restored] = [0, 0];
  for await (const document of rebuilt.find()) {
    seen += 1;
    const stored = await real.findOne({ _id: document._id });
    const right = stored === null ? document : carryOver(stored, document);
    if (stored !== null && isDeepStrictEqual(stored, right)) continue;
    restored += 1;
    await real.replaceOne({ _id: document._id }, right, { upsert: true });
    await progress();
  }
  for await (const { _id } of real.find({}, { projection: { _id: 1 } })) {
    if ((await rebuilt.countDocuments({ _id }, { limit: 1 })) > 0) continue;
    restored += 1;
    await real.deleteOne({ _id });
    await progress();
  }
  return { seen, restored };
}

async function dropAll(db: mongo.Db): Promise<void> {
  for await (const { name } of db.listCollections({}, { nameOnly: true })) {
    if (name.startsWith(beside)) await db.collection(name).drop();
  }
}
