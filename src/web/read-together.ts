/**
 * Reads for many at once. Whoever asks while a read is going on waits for the next one, and all of them share it: so
 * a page costs a part of a question to the database, and what it is told is never older than its own asking.
 */

/** More wait for the one after. */
const keysAtOnce = 200;

interface Waiting<Value> {
  resolve(value: Value | undefined): void;
  reject(error: unknown): void;
}

export class ReadTogether<Value> {
  readonly #read: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>;
  readonly #waiting = new Map<string, Waiting<Value>[]>();
  #reading = false;

  /** @param read answers for all keys of one call as of a moment after it was called; a key without a value is absent */
  constructor(read: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>) {
    this.#read = read;
  }

  /** @throws what the read that it shares throws */
  get(key: string): Promise<Value | undefined> {
    return new Promise((resolve, reject) => {
      const others = this.#waiting.get(key) ?? [];
      others.push({ resolve, reject });
      this.#waiting.set(key, others);
      if (!this.#reading) {
        this.#reading = true;
        // After those who ask in this same turn.
        queueMicrotask(() => void this.#go());
      }
    });
  }

  async #go(): Promise<void> {
    while (this.#waiting.size > 0) {
      const batch = [...this.#waiting].slice(0, keysAtOnce);
      for (const [key] of batch) this.#waiting.delete(key);
      try {
        const found = await this.#read(batch.map(([key]) => key));
        for (const [key, all] of batch) for (const { resolve } of all) resolve(found.get(key));
      } catch (error) {
        for (const [, all] of batch) for (const { reject } of all) reject(error);
      }
    }
    this.#reading = false;
  }
}
