/** Texts of a page or two: what is kept no longer than this dies young. */
const recentMax = 32;

/**
 * Remembers by key. What comes again is kept; what does not, as a label's serial number, is forgotten after a page or
 * two: kept longer, it would grow old, and stay until the next large collection of garbage.
 */
export class Recurring<V> {
  readonly #max: number;
  #kept = new Map<string, V>();
  #recent = new Map<string, V>();
  #before = new Map<string, V>();

  /** @param max of what is kept; when it comes to more, it begins anew */
  constructor(max: number) {
    this.#max = max;
  }

  get(key: string): V | undefined {
    const known = this.#kept.get(key) ?? this.#recent.get(key);
    if (known !== undefined) return known;
    const again = this.#before.get(key);
    if (again === undefined) return undefined;
    if (this.#kept.size >= this.#max) this.#kept = new Map();
    this.#kept.set(key, again);
    return again;
  }

  set(key: string, value: V): void {
    if (this.#recent.size >= recentMax) {
      this.#before = this.#recent;
      this.#recent = new Map();
    }
    this.#recent.set(key, value);
  }
}
