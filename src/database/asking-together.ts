/** What requests ask of the database at the same time, outside of transactions, goes to it as one question. */
import type { mongo } from 'mongoose';
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

  constructor(db: mongo.Db) {
    this.#db = db;
  }

  where<T extends { readonly _id: string }>(
    collection: string,
    field: string,
    values: readonly string[],
  ): Promise<T[]> {
    return new Promise<mongo.Document[]>((resolve, reject) => {
      // To the end of the event loop's turn, not by a timer: one that asks alone waits for nobody.
      if (this.#waiting.length === 0) setImmediate(() => void this.#ask());
      this.#waiting.push({ collection, field, values, resolve, reject });
    }) as Promise<unknown> as Promise<T[]>;
  }

  async #ask(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    const groups = [
      ...Map.groupBy(waiting, ({ collection, field }) => `${collection}/${field}`).values(),
    ].flatMap((group) => {
      const [first] = group;
      if (first === undefined) return [];
      const values = [...new Set(group.flatMap((one) => one.values))];
      return [{ collection: first.collection, field: first.field, values, group }];
    });
    try {
      const answers = await readTogether(this.#db, groups);
      for (const [index, { group }] of groups.entries()) {
        const byValue = Map.groupBy(answers[index] ?? [], (document) => document[group[0]?.field ?? '']);
        for (const { values, resolve } of group) {
          resolve([...new Set(values)].flatMap((value) => byValue.get(value) ?? []));
        }
      }
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }
}
