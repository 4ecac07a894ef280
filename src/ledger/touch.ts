/**
 * Where holdings do not meet. The first holding of a lot at an organisation also writes the lot, and the first sight
 * of a lot also writes the product: so a recall that is being decided on the lot or product conflicts with a use
 * whose holding the fence could not find, because it did not exist yet. An event that moves nothing of a lot that it
 * speaks of (a hold, a release, a recall) writes the lot too; the counter then is the order of such events.
 */
import type { Write } from '../database/write.ts';
import { lotsCollection, productStandingsCollection, type TouchedLot } from './collections.ts';
import { entryId } from './entry.ts';
import { type AnyEvent, type LotKey, lotId, lotsOf } from './event.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * @param fresh lots of which a holding is new @param moved lots of which a holding is written
 * @returns the writes, and for the entries of touched lots, by entry id, the count of the lot at their event
 */
export async function touchLots(
  snapshot: Snapshot,
  events: readonly AnyEvent[],
  fresh: ReadonlySet<string>,
  moved: ReadonlySet<string>,
): Promise<{ readonly writes: readonly Write[]; readonly order: ReadonlyMap<string, number> }> {
  const touching = new Map<string, { lot: LotKey; events: string[] }>();
  for (const event of events) {
    for (const lot of lotsOf(event)) {
      const id = lotId(lot);
      if (moved.has(id) && !fresh.has(id)) continue;
      const before = touching.get(id) ?? { lot, events: [] };
      touching.set(id, { lot, events: [...before.events, event.id] });
    }
  }
  const found = await snapshot.where<TouchedLot>(lotsCollection, '_id', [...touching.keys()]);
  const touched = new Map(found.map((lot) => [lot._id, lot.touched]));
  const order = new Map<string, number>();
  const firstSeen = new Set<string>();
  for (const [id, touch] of touching) {
    if (!touched.has(id)) firstSeen.add(touch.lot.gtin);
    for (const [index, event] of touch.events.entries()) {
      order.set(entryId(event, touch.lot), (touched.get(id) ?? 0) + index + 1);
    }
  }
  // Read, so that the view knows what becomes of them.
  await snapshot.where(productStandingsCollection, '_id', [...firstSeen]);
  const lots = [...touching.values()].map((touch) => touchLot(touch.lot, touch.events.length));
  return { writes: [...lots, ...[...firstSeen].map(touchProduct)], order };
}

/** @returns the write that makes a lot's document at its first sight, and counts the events that touch it. */
export function touchLot({ gtin, lot }: LotKey, events = 1): Write {
  const unseen = {
    gtin,
    lot,
    standing: 'unverified',
    sterilisationLots: [],
    restrictions: [],
    closed: false,
  };
  return {
    collection: lotsCollection,
    filter: { _id: lotId({ gtin, lot }) },
    update: { $inc: { touched: events }, $setOnInsert: unseen },
    upsert: true,
  };
}

/** @returns the same for a product. */
export function touchProduct(gtin: string): Write {
  return {
    collection: productStandingsCollection,
    filter: { _id: gtin },
    update: { $inc: { touched: 1 }, $setOnInsert: { restrictions: [] } },
    upsert: true,
  };
}
