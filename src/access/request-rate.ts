/**
 * How many requests a credential may make: a bucket each, in this process's memory. It is against a program that
 * runs wild, and bounds what one credential can take from the others; each process has its own count.
 */

import { Failure } from '../errors.ts';

export interface RateLimits {
  readonly perSecond: number;
  /** What may come at once after a pause. */
  readonly burst: number;
}

/** A ward's integration sends a few a second; an import of 10,000 codes must get through. */
export const defaultRateLimits: RateLimits = { perSecond: 500, burst: 5_000 };

interface Bucket {
  left: number;
  filledMs: number;
}

/** Buckets kept: more than there are credentials in use; the oldest goes first, and comes back full. */
const bucketsKept = 20_000;

export class RequestRate {
  readonly #limits: RateLimits;
  readonly #nowMs: () => number;
  readonly #buckets = new Map<string, Bucket>();

  /** @param nowMs a clock that only goes forward, in milliseconds */
  constructor(limits: RateLimits = defaultRateLimits, nowMs: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#nowMs = nowMs;
  }

  /** @throws Failure `access/rate-limited` with the seconds to wait */
  take(credential: string): void {
    const bucket = this.#filled(credential);
    if (bucket.left < 1) {
      throw new Failure('access/rate-limited', {
        retryAfterSeconds: Math.max(1, Math.ceil((1 - bucket.left) / this.#limits.perSecond)),
      });
    }
    bucket.left -= 1;
  }

  #filled(credential: string): Bucket {
    const nowMs = this.#nowMs();
    const { perSecond, burst } = this.#limits;
    const known = this.#buckets.get(credential);
    const bucket = known ?? { left: burst, filledMs: nowMs };
    bucket.left = Math.min(burst, bucket.left + ((nowMs - bucket.filledMs) / 1000) * perSecond);
    bucket.filledMs = nowMs;
    // Set anew, so that the map's order is that of last use.
    this.#buckets.delete(credential);
    this.#buckets.set(credential, bucket);
    if (this.#buckets.size > bucketsKept) {
      const [oldest] = this.#buckets.keys();
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    return bucket;
  }
}
