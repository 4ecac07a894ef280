/**
 * What a transaction sees: the database's snapshot, and over it what the commands of its batch will have written. What
 * they ask for at the same time goes to the server as one question, and what they write is sent at the end, all of a
 * collection together. Whoever reads cannot tell: it is as if every write had been sent at once.
 */
import { mongo } from 'mongoose';
import { type Ask, readTogether } from '../database/documents.ts';
import { isBrokenOff, isDuplicateKey } from '../database/transaction.ts';
import type { Write } from '../database/write.ts';
import { CollectionView, type StoredDocument } from './collection-view.ts';
import { commandsCollection, holdingsCollection } from './collections.ts';

/** A guarded write matched nothing: another transaction was faster, and the command must be decided anew. */
export class LostRace extends Error {
  constructor(collection: string) {
    super(`a guarded write in ${collection} matched nothing`);
    this.name = 'LostRace';
  }
}

/** A command of the batch has been stored already, perhaps by another process. */
export class CommandExists extends Error {
  constructor() {
    super('the command is stored already');
    this.name = 'CommandExists';
  }
}

/** Whether an error has ended the transaction; a room's own refusal has not. */
export function endsTransaction(error: unknown): boolean {
  if (error instanceof LostRace || error instanceof CommandExists) return true;
  return error instanceof mongo.MongoError || isBrokenOff(error);
}

interface Question extends Ask {
  resolve(): void;
  reject(error: unknown): void;
}

export class TransactionView {
  readonly db: mongo.Db;
  readonly #session: mongo.ClientSession;
  readonly #shared: boolean;
  readonly #collections = new Map<string, CollectionView>();
  /** One operation after the other: a session in a transaction takes no more. */
  #lane: Promise<void> = Promise.resolve();
  #broken: { readonly by: unknown } | undefined;
  #questions: Question[] = [];
  #time = 0;

  /** @param shared by several commands */
  constructor(db: mongo.Db, session: mongo.ClientSession, shared?: 'shared') {
    this.db = db;
    this.#session = session;
    this.#shared = shared !== undefined;
  }

  /** @throws Error where commands share the transaction: it does not show what they will have written */
  get session(): mongo.ClientSession {
    if (this.#shared) throw new Error('a command that shares its transaction asks its snapshot');
    return this.#session;
  }

  /** Counts the commands that have written: what was read is as of its time. */
  get time(): number {
    return this.#time;
  }

  /** @returns the documents whose field has one of the values. */
  async where(collection: string, field: string, values: readonly string[]): Promise<StoredDocument[]> {
    const view = this.#of(collection);
    // What was kept apart for another's sake may have to be asked again.
    while (view.opaque || view.unknown(field, values).length > 0) await this.#ask(collection, field, values);
    return view.known(field, values);
  }

  /** Any other question: what was written in the collections that it is about is sent before. */
  query<T>(
    collections: readonly string[],
    ask: (db: mongo.Db, session: mongo.ClientSession) => Promise<T>,
  ): Promise<T> {
    return this.#inLane(async () => {
      for (const name of collections) await this.#send(name);
      return await ask(this.db, this.#session);
    });
  }

  /** Takes in what one command writes. Nothing is sent yet. */
  write(writes: readonly Write[]): void {
    this.#time += 1;
    for (const write of writes) this.#of(write.collection).write(write, this.#time);
  }

  /** @returns whether the answer to an ask may be another than it was at that time. */
  changedSince(at: number, { collection, field, values }: Ask): boolean {
    return this.#of(collection).changedSince(at, field, values);
  }

  /** The same of a {@link query}. */
  anyChangeSince(at: number, collection: string): boolean {
    return this.#of(collection).anyChangeSince(at);
  }

  /**
   * Sends all that was written.
   * @throws CommandExists, LostRace; the driver's errors, labelled transient where the whole transaction may be tried
   *   again
   */
  flush(): Promise<void> {
    return this.#inLane(async () => {
      // What others contend for goes first: one that has lost finds out before it has sent the rest.
      const first = [holdingsCollection, commandsCollection];
      for (const name of new Set([...first, ...this.#collections.keys()])) await this.#send(name);
    });
  }

  #of(collection: string): CollectionView {
    const known = this.#collections.get(collection);
    if (known !== undefined) return known;
    const view = new CollectionView();
    this.#collections.set(collection, view);
    return view;
  }

  #ask(collection: string, field: string, values: readonly string[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#questions.push({ collection, field, values, resolve, reject });
      if (this.#questions.length > 1) return;
      // To the end of the event loop's turn, and of what is under way: until then others may ask, too.
      const turn = this.#inLane(async () => {
        await new Promise<void>((next) => void setImmediate(next));
        await this.#answer();
      });
      turn.catch((error: unknown) => {
        const left = this.#questions;
        this.#questions = [];
        for (const question of left) question.reject(error);
      });
    });
  }

  async #answer(): Promise<void> {
    const questions = this.#questions;
    this.#questions = [];
    try {
      for (const { collection } of questions) if (this.#of(collection).opaque) await this.#send(collection);
      const asks = [...Map.groupBy(questions, ({ collection, field }) => `${collection}/${field}`).values()]
        .flatMap(([first, ...others]) => {
          if (first === undefined) return [];
          const { collection, field } = first;
          const values = new Set([...first.values, ...others.flatMap((other) => other.values)]);
          return [{ collection, field, values: this.#of(collection).unknown(field, [...values]) }];
        })
        .filter(({ values }) => values.length > 0);
      const at = this.#time;
      const answers = asks.length === 0 ? [] : await readTogether(this.db, asks, { session: this.#session });
      for (const [index, { collection, field, values }] of asks.entries()) {
        this.#of(collection).learn(field, values, answers[index] ?? [], at);
      }
      for (const { resolve } of questions) resolve();
    } catch (error) {
      for (const { reject } of questions) reject(error);
      throw error;
    }
  }

  async #send(name: string): Promise<void> {
    const view = this.#of(name);
    if (!view.pending) return;
    const operations = view.take();
    const options = { session: this.#session, ordered: true } as const;
    try {
      const done = await this.db.collection(name).bulkWrite(operations, options);
      const written = done.insertedCount + done.matchedCount + done.upsertedCount;
      if (written < operations.length) throw new LostRace(name);
    } catch (error) {
      const told = name === commandsCollection && isDuplicateKey(error) ? new CommandExists() : error;
      // Some of it may have been sent, and none of it is known here any more.
      this.#broken ??= { by: told };
      throw told;
    }
  }

  /** After an error that ended the transaction nothing more is sent to it. */
  #inLane<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#lane.then(async () => {
      if (this.#broken !== undefined) throw this.#broken.by;
      try {
        return await work();
      } catch (error) {
        if (endsTransaction(error)) this.#broken ??= { by: error };
        throw error;
      }
    });
    this.#lane = done.then(
      () => undefined,
      () => undefined,
    );
    return done;
  }
}
