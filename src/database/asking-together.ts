/** What requests ask of the database at the same time, outside of transactions, goes to it as one question. */
import type { Connection, mongo } from 'mongoose';
import { type Ask, type Documents, readTogether } from './documents.ts';

interface Waiting extends Ask {
  resolve(documents: mongo.Document[]): void;
  reject(error: unknown): void;
}

/**
 * Nothing is kept: a question goes out after the request that asks it has come, and what it brings is given to those
 * who waited for it and to nobody else. So what was ended (a token, a place) is ended for the next request.
 */
export class AskingTogether implements Documents {
  readonly #db: mongo.Db;
  #waiting: Waiting[] = [];
  #asking = false;

  constructor(db: mongo.Db) {
    this.#db = db;
  }

  where<T extends { readonly _id: string }>(
    collection: string,
    field: string,
    values: readonly string[],
  ): Promise<T[]> {
    const answer = new Promise<mongo.Document[]>((resolve, reject) => {
      this.#waiting.push({ collection, field, values, resolve, reject });
    });
    if (!this.#asking) {
      this.#asking = true;
      // To the end of the event loop's turn, not by a timer: one that asks alone waits for nobody.
      setImmediate(() => void this.#askAll());
    }
    return answer as Promise<unknown> as Promise<T[]>;
  }

  /** While one question is under way, the next one gathers. */
  async #askAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const waiting = this.#waiting;
      this.#waiting = [];
      await this.#ask(waiting);
    }
    this.#asking = false;
  }

  async #ask(waiting: readonly Waiting[]): Promise<void> {
    const groups = [...Map.groupBy(waiting, ({ collection, field }) => `${collection}/${field}`).values()];
    try {
      const asks = groups.flatMap(([first, ...others]) => {
        if (first === undefined) return [];
        const values = new Set([...first.values, ...others.flatMap((other) => other.values)]);
        return [{ ...first, values: [...values] }];
      });
      const answers = await readTogether(this.#db, asks);
      for (const [index, { field }] of asks.entries()) {
        const byValue = Map.groupBy(answers[index] ?? [], (document): unknown => document[field]);
        for (const { values, resolve } of groups[index] ?? []) {
          resolve([...new Set(values)].flatMap((value) => byValue.get(value) ?? []));
        }
      }
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }
}

const ofDatabase = new WeakMap<mongo.Db, AskingTogether>();

/** @returns the one of this process for the connection's database. @throws Error before the connection is open */
export function askedTogether({ db }: Connection): Documents {
  if (db === undefined) throw new Error('not connected');
  const known = ofDatabase.get(db) ?? new AskingTogether(db);
  ofDatabase.set(db, known);
  return known;
}
