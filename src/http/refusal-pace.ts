/**
 * How fast those who are turned away are told so. A refusal costs a fifth of what a small command does: ten times the
 * load, refused at once and sent again at once, left next to nothing for the work. Whoever waits for the answer sends
 * nothing meanwhile, so a flood is slowed by being told a little later; few refusals go out at once.
 */
import { setTimeout as wait } from 'node:timers/promises';

/** Some 250 a second: a twentieth of the processor. */
const gapMs = 4;
/** Still sooner than the longest that one waits for a turn. */
export const longestMs = 1_000;

export class RefusalPace {
  #nextMs = 0;

  /** Comes back when the next refusal may be told. */
  async turn(): Promise<void> {
    const nowMs = performance.now();
    const mineMs = Math.min(Math.max(nowMs, this.#nextMs), nowMs + longestMs);
    this.#nextMs = mineMs + gapMs;
    if (mineMs > nowMs) await wait(mineMs - nowMs);
  }
}
