/** Where a check reads: the ledger's collections by name, all at one moment where the service may be writing. */
import type { mongo } from 'mongoose';
import type { Moment } from '../../database/moment.ts';
import type { AnyEvent } from '../event.ts';
import { isReadable } from './derive.ts';

export type Raw = mongo.Document & { _id: string };

/** A little more than the events of one large lot; beyond it the oldest are read again. */
const eventsRemembered = 3_000;

export class Source {
  private readonly db: mongo.Db;
  private readonly moment: Moment | undefined;
  private readonly remembered = new Map<string, AnyEvent>();

  /** @param moment as of which to read, where somebody may write meanwhile */
  constructor(db: mongo.Db, moment?: Moment) {
    this.db = db;
    this.moment = moment;
  }

  find(
    name: string,
    filter: mongo.Filter<Raw> = {},
    sort: mongo.Sort = { _id: 1 },
  ): mongo.FindCursor<mongo.WithId<Raw>> {
    return this.db.collection<Raw>(name).find(filter, this.moment?.options()).sort(sort).allowDiskUse(true);
  }

  aggregate<T extends mongo.Document>(name: string, pipeline: mongo.Document[]): mongo.AggregationCursor<T> {
    return this.db.collection(name).aggregate<T>(pipeline, { ...this.moment?.options(), allowDiskUse: true });
  }

  count(name: string): Promise<number> {
    return this.db.collection(name).countDocuments({}, this.moment?.options());
  }

  /** @returns the events that exist, by id. */
  async events(ids: readonly string[]): Promise<Map<string, AnyEvent>> {
    const found = new Map<string, AnyEvent>();
    const unread: string[] = [];
    for (const id of new Set(ids)) {
      const event = this.remembered.get(id);
      if (event === undefined) unread.push(id);
      else found.set(id, event);
    }
    for await (const { _id, ...event } of this.find('events', { _id: { $in: unread } })) {
      // One that cannot be read is reported where events are checked, and is none here.
      if (!isReadable(event as AnyEvent)) continue;
      found.set(_id, event as AnyEvent);
      this.remembered.set(_id, event as AnyEvent);
    }
    for (const id of this.remembered.keys()) {
      if (this.remembered.size <= eventsRemembered) break;
      this.remembered.delete(id);
    }
    return found;
  }
}
