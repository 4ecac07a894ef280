/**
 * Keeps the embedded database running for as long as the service does: a mongod that ends without being asked (the
 * kernel's out-of-memory killer, a full disk) is started again on the same port, where the driver finds it by itself.
 * Ending the service instead would need somebody to start it again, and there may be nobody.
 */

import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { claimDirectory, type DirectoryClaim } from './directory-claim.ts';
import { type EmbeddedMongod, type EmbeddedMongodOptions, startClaimed } from './embedded-mongod.ts';

const firstPauseMs = 250;
/** A full disk is given room, a port is given back: what keeps it from starting is looked at again this often. */
const longestPauseMs = 5_000;
/** One that served for so long has recovered: the next end is a new trouble. */
const steadyMs = 60_000;

export interface KeptMongodOptions extends EmbeddedMongodOptions {
  /** Told in a sentence that it ended, why it does not start, and that it serves again. */
  readonly progress: (sentence: string) => void;
}

export interface KeptMongod {
  /** The same for as long as it is kept. */
  readonly uri: string;
  /** Ends it with a checkpoint and gives the directory back. */
  stop(): Promise<void>;
}

/** @throws CannotStart when the directory is in use, or the first mongod does not start on it. */
export async function keepMongod(options: KeptMongodOptions): Promise<KeptMongod> {
  const directory = resolve(options.directory);
  const claim = await claimDirectory(directory);
  try {
    const first = await startClaimed({ ...options, directory }, claim);
    const keeper = new Keeper({ ...options, directory }, claim, first);
    return { uri: first.uri, stop: () => keeper.stop() };
  } catch (error) {
    await claim.release();
    throw error;
  }
}

class Keeper {
  readonly #options: KeptMongodOptions;
  readonly #claim: DirectoryClaim;
  readonly #port: number;
  readonly #stopping = new AbortController();
  readonly #kept: Promise<void>;
  /** undefined between one that ended and the next. */
  #mongod: EmbeddedMongod | undefined;

  constructor(options: KeptMongodOptions, claim: DirectoryClaim, first: EmbeddedMongod) {
    this.#options = options;
    this.#claim = claim;
    this.#port = first.port;
    this.#kept = this.#keep(first);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#mongod?.stop();
    await this.#kept;
    await this.#claim.release();
  }

  async #keep(first: EmbeddedMongod): Promise<void> {
    let next: EmbeddedMongod | undefined = first;
    let pauseMs = firstPauseMs;
    while (next !== undefined) {
      const mongod: EmbeddedMongod = next;
      this.#mongod = mongod;
      const startedMs = performance.now();
      // A stop that came while it was being started found nothing to stop.
      if (this.#stopping.signal.aborted) await mongod.stop();
      await mongod.ended;
      this.#mongod = undefined;
      if (this.#stopping.signal.aborted) return;
      this.#options.progress('The embedded MongoDB server ended by itself; it is started again.');
      // Its watcher, and what is left of its output.
      await mongod.stop();
      if (performance.now() - startedMs > steadyMs) pauseMs = firstPauseMs;
      [next, pauseMs] = await this.#startAgain(pauseMs);
    }
  }

  /** @returns the next one, undefined where we were stopped meanwhile; and how long to wait should it end soon. */
  async #startAgain(firstPause: number): Promise<[EmbeddedMongod | undefined, number]> {
    let pauseMs = firstPause;
    while (!this.#stopping.signal.aborted) {
      const again = await startClaimed({ ...this.#options, keptPort: this.#port }, this.#claim).catch(
        (error: unknown) => this.#options.progress(error instanceof Error ? error.message : String(error)),
      );
      const pause = pauseMs;
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      if (again !== undefined) {
        this.#options.progress('The embedded MongoDB server serves again.');
        return [again, pauseMs];
      }
      await sleep(pause, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
    }
    return [undefined, pauseMs];
  }
}
