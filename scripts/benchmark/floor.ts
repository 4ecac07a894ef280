/** What the same documents cost with the bare driver: the floor that the service's figures are compared with. */
import { createHash, randomBytes } from 'node:crypto';
import mongoose, { type mongo } from 'mongoose';
import { systemIds } from '../../src/clock.ts';
import { connectDatabase, type Database } from '../../src/database/connection.ts';

const { EJSON } = mongoose.mongo.BSON;

/** What one command wrote, as it was found in the product's collections. */
export interface Footprint {
  /** Inserted, in the order in which the product does it. */
  readonly inserts: readonly { readonly collection: string; readonly documents: readonly Plain[] }[];
  /** Written as a whole by an update, by collection. */
  readonly updates: readonly { readonly collection: string; readonly documents: readonly Plain[] }[];
  /** Texts in the above that are another's in every command: ids, pseudonyms, positions. */
  readonly names: readonly string[];
}

export type Plain = { readonly _id: string } & Readonly<Record<string, unknown>>;

export interface FloorJob {
  /** A transaction of all that a command writes, or an insert of its event alone. */
  readonly kind: 'transaction' | 'insert';
  readonly uri: string;
  /** A {@link Footprint} in EJSON: dates stay dates. */
  readonly footprint: string;
  readonly clients: number;
  readonly seconds: number;
}

export function packFootprint(footprint: Footprint): string {
  return EJSON.stringify(footprint, { relaxed: false });
}

const durable = { w: 'majority', j: true } as const;
let connected: Promise<Database> | undefined;

export class FloorClient {
  readonly #database: Database;
  readonly #footprint: Footprint;
  readonly #kind: FloorJob['kind'];

  private constructor(database: Database, { footprint, kind }: FloorJob) {
    this.#database = database;
    this.#footprint = EJSON.parse(footprint, { relaxed: false }) as Footprint;
    this.#kind = kind;
  }

  static async connect(job: FloorJob): Promise<FloorClient> {
    connected ??= connectDatabase({ uri: job.uri });
    return new FloorClient(await connected, job);
  }

  /** @param client its number: each updates documents of its own */
  once(client: number): Promise<void> {
    return this.#kind === 'insert' ? this.#insert() : this.#transaction(client);
  }

  async #insert(): Promise<void> {
    const [event] =
      this.#footprint.inserts.find(({ collection }) => collection === 'events')?.documents ?? [];
    if (event === undefined) throw new Error('a command without an event');
    const fresh = renamer(this.#footprint.names);
    const events = this.#database.db.collection<Plain>('events');
    await events.insertOne(fresh(event), { writeConcern: durable });
  }

  async #transaction(client: number): Promise<void> {
    const { db, client: connection } = this.#database;
    const fresh = renamer(this.#footprint.names);
    const session = connection.startSession({ causalConsistency: true });
    try {
      session.startTransaction({ readConcern: { level: 'snapshot' }, writeConcern: durable });
      for (const { collection, documents } of this.#footprint.inserts) {
        await db.collection<Plain>(collection).insertMany(documents.map(fresh), { session });
      }
      for (const { collection, documents } of this.#footprint.updates) {
        const operations = documents.map(({ _id, ...fields }) => ({
          updateOne: { filter: { _id: `${_id}/${client}` }, update: { $set: fields }, upsert: true },
        }));
        await db.collection<Plain>(collection).bulkWrite(operations, { session });
      }
      await session.commitTransaction();
    } finally {
      await session.endSession();
    }
  }
}

/** @returns a copier of documents that gives every name another text of the same form, the same in all of them. */
export function renamer(names: readonly string[]): (document: Plain) => Plain {
  const renamed = new Map(names.map((name) => [name, anotherLike(name)]));
  const text = (value: string): string => {
    const exact = renamed.get(value);
    if (exact !== undefined) return exact;
    // An entry's id begins with its event's, a command's ends with its own.
    const slash = value.indexOf('/');
    if (slash === -1) return value;
    const [head, tail] = [value.slice(0, slash), value.slice(slash + 1)];
    return `${renamed.get(head) ?? head}/${renamed.get(tail) ?? tail}`;
  };
  const copy = (value: unknown): unknown => {
    if (typeof value === 'string') return text(value);
    if (Array.isArray(value)) return value.map(copy);
    if (typeof value !== 'object' || value === null || value instanceof Date) return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, copy(member)]));
  };
  return (document) => copy(document) as Plain;
}

function anotherLike(name: string): string {
  if (/^[0-9a-f-]{36}$/.test(name)) return systemIds.uuid();
  if (/^[0-9a-f]{64}$/.test(name)) return createHash('sha256').update(randomBytes(16)).digest('hex');
  return randomBytes(Math.ceil((name.length * 3) / 4))
    .toString('base64url')
    .slice(0, name.length);
}

/** Reads what one command wrote. @param ids of the command and of its only event */
export async function footprintOf(
  db: mongo.Db,
  ids: { readonly organisation: string; readonly command: string; readonly event: string },
): Promise<Footprint> {
  const find = (collection: string, filter: mongo.Filter<Plain>) =>
    db.collection<Plain>(collection).find(filter).toArray();
  const events = await find('events', { _id: ids.event });
  const entries = await find('entries', { event: ids.event });
  const commands = await find('commands', { _id: `${ids.organisation}/${ids.command}` });
  const pseudonyms = pseudonymsIn(events);
  const patientLinks = await find('patientLinks', { pseudonym: { $in: pseudonyms } });
  // The run's first use: there is no other patient yet.
  const patients = pseudonyms.length === 0 ? [] : await find('patients', {});
  const patientIndexes = pseudonyms.length === 0 ? [] : await find('patientIndexes', {});
  const lots = entries.map(({ lotId }) => lotId);
  const touched = entries.flatMap(({ holdings }) => (holdings as { organisation: string }[]) ?? []);
  const organisations = touched.map(({ organisation }) => organisation);
  const holdings = await find('holdings', { lotId: { $in: lots }, organisation: { $in: organisations } });
  const shipment = (events[0]?.details as { shipment?: string } | undefined)?.shipment;
  const shipments = shipment === undefined ? [] : await find('shipments', { _id: shipment });
  const inserts = { commands, events, entries, patients, patientIndexes, patientLinks };
  const own = [...patients, ...patientIndexes, ...patientLinks].map(({ _id }) => _id);
  return {
    inserts: present(inserts),
    updates: present({ holdings, shipments }),
    names: [ids.command, ids.event, ...pseudonyms, ...own],
  };
}

function present(collections: Readonly<Record<string, readonly Plain[]>>) {
  return Object.entries(collections).flatMap(([collection, documents]) =>
    documents.length === 0 ? [] : [{ collection, documents }],
  );
}

function pseudonymsIn(events: readonly Plain[]): string[] {
  return events.flatMap(({ uses }) => (uses as { pseudonym: string }[]).map(({ pseudonym }) => pseudonym));
}
