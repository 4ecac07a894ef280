/** Whom a credential led to the last time, by its hash: what is asked about them need not wait for the credential. */

export interface Hint {
  readonly person: string;
  readonly organisation: string;
}

const hintsKept = 10_000;

/** It answers nothing: whom the credential leads to now, and what they may, is read on every request. */
export class Hints {
  /** The oldest first. */
  readonly #hints = new Map<string, Hint>();

  get(credential: string): Hint | undefined {
    return this.#hints.get(credential);
  }

  keep(credential: string, { person, organisation }: Hint): void {
    this.#hints.delete(credential);
    this.#hints.set(credential, { person, organisation });
    const oldest = this.#hints.keys().next();
    if (this.#hints.size > hintsKept && oldest.done !== true) this.#hints.delete(oldest.value);
  }
}
