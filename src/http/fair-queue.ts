/**
 * A bounded queue that is fair to those who wait in it: they are served in turn, and when it is full, the one who has
 * most in it gives way. So a program that runs wild gets the rest of what the others leave, and no more. Pure.
 */

interface Waiting<Item> {
  readonly item: Item;
  readonly weight: number;
}

export class FairQueue<Item> {
  readonly #most: number;
  /** In the order in which they are served next; nobody with an empty line. */
  readonly #lines = new Map<string, Waiting<Item>[]>();
  #weight = 0;

  /** @param most weight that waits at once */
  constructor(most: number) {
    this.#most = most;
  }

  /** What waits, by weight. */
  get weight(): number {
    return this.#weight;
  }

  /** @returns what has to leave for it, the newcomer itself perhaps; nothing where there is room */
  push(key: string, item: Item, weight: number): Item[] {
    this.#line(key).push({ item, weight });
    this.#weight += weight;
    const leaving: Item[] = [];
    while (this.#weight > this.#most) leaving.push(this.#popOfLongest());
    return leaving;
  }

  /** @returns the weight of the next one to be served; undefined where nobody waits */
  nextWeight(): number | undefined {
    const [first] = this.#lines.values();
    return first?.[0]?.weight;
  }

  /** Takes the next one: each key in turn, of one key the oldest first. */
  shift(): Item | undefined {
    const [first] = this.#lines;
    const taken = first?.[1].shift();
    if (first === undefined || taken === undefined) return undefined;
    const [key, line] = first;
    // Set anew, so that the key is the last to have its turn again.
    this.#lines.delete(key);
    if (line.length > 0) this.#lines.set(key, line);
    this.#weight -= taken.weight;
    return taken.item;
  }

  /** Takes out one that waits no longer. @returns whether it was there */
  remove(key: string, item: Item): boolean {
    const line = this.#lines.get(key) ?? [];
    const index = line.findIndex((waiting) => waiting.item === item);
    const [taken] = index < 0 ? [] : line.splice(index, 1);
    if (taken === undefined) return false;
    if (line.length === 0) this.#lines.delete(key);
    this.#weight -= taken.weight;
    return true;
  }

  #line(key: string): Waiting<Item>[] {
    const known = this.#lines.get(key);
    if (known !== undefined) return known;
    const line: Waiting<Item>[] = [];
    this.#lines.set(key, line);
    return line;
  }

  /** The newest of whoever has most weight in the queue; of equals, of whoever came last. */
  #popOfLongest(): Item {
    let longest: readonly [string, Waiting<Item>[]] | undefined;
    let heaviest = 0;
    for (const entry of this.#lines) {
      const weight = entry[1].reduce((sum, waiting) => sum + waiting.weight, 0);
      if (weight >= heaviest) [longest, heaviest] = [entry, weight];
    }
    const last = longest?.[1].pop();
    if (longest === undefined || last === undefined) throw new Error('an empty queue is too long');
    if (longest[1].length === 0) this.#lines.delete(longest[0]);
    this.#weight -= last.weight;
    return last.item;
  }
}
