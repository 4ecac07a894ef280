/** Finishes, soon, what a decision left unfinished in this process; `resumeRecalls` finds what it could not. */
import { setTimeout as wait } from 'node:timers/promises';
import { type EffectParts, makeEffective } from './effect.ts';

/** Milliseconds before each try: an election takes some seconds. */
const pauses = [200, 400, 800, 1_600, 3_200, 6_400];

/** One for a process; what it has under way is lost with it, and taken up by `resumeRecalls`. */
export class RecallFinisher {
  readonly #parts: EffectParts;
  readonly #closing = new AbortController();

  constructor(parts: EffectParts) {
    this.#parts = parts;
  }

  /** Never rejects. Restrictions stand meanwhile: checks block, and only the list may not be complete yet. */
  async soon(recall: string): Promise<void> {
    const { signal } = this.#closing;
    for (const pause of pauses) {
      // Nobody has to wait for it to stop: any process takes the recall up again.
      await wait(pause, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      const done = await makeEffective(this.#parts, recall).catch(() => undefined);
      if (done !== undefined) return;
    }
  }

  close(): void {
    this.#closing.abort();
  }
}
