/** Who waits for the next batch: organisations have their turn one after the other, each its oldest first. Pure. */

/** Somebody's place in the line. */
export interface Place<Item> {
  readonly key: string;
  readonly item: Item;
  /** Counts those that came. */
  readonly number: number;
}

/** A line for each key, served in turn. */
export class Line<Item> {
  /** In the order in which they have their turn next; nobody with an empty line. */
  readonly #lines = new Map<string, readonly Place<Item>[]>();
  #arrivals = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(key: string, item: Item): void {
    this.#lines.set(key, [...(this.#lines.get(key) ?? []), { key, item, number: this.#arrivals }]);
    this.#arrivals += 1;
    this.#length += 1;
  }

  /** @returns at most so many, in the order in which they came */
  take(most: number): Place<Item>[] {
    const taken: Place<Item>[] = [];
    while (taken.length < most) {
      const [first] = this.#lines;
      if (first === undefined) break;
      const [key, line] = first;
      const [next, ...others] = line;
      // Set anew, so that it is the last to have its turn again.
      this.#lines.delete(key);
      if (others.length > 0) this.#lines.set(key, others);
      if (next !== undefined) taken.push(next);
    }
    this.#length -= taken.length;
    return taken.sort((a, b) => a.number - b.number);
  }

  /** Those that were taken and have not had their turn are the first of their lines again. */
  giveBack(places: readonly Place<Item>[]): void {
    for (const [key, back] of Map.groupBy(places, (place) => place.key)) {
      const line = [...back, ...(this.#lines.get(key) ?? [])];
      this.#lines.set(
        key,
        line.sort((a, b) => a.number - b.number),
      );
    }
    this.#length += places.length;
  }

  /** Takes out one that waits no longer. @returns whether it was there */
  remove(key: string, item: Item): boolean {
    const line = this.#lines.get(key) ?? [];
    const others = line.filter((waiting) => waiting.item !== item);
    if (others.length === line.length) return false;
    if (others.length > 0) this.#lines.set(key, others);
    else this.#lines.delete(key);
    this.#length -= 1;
    return true;
  }
}
