/** Time, identifiers and randomness come in from outside, so that a decision can be repeated. */

import { randomBytes, randomUUID } from 'node:crypto';

export interface Clock {
  now(): Date;
}

export interface IdSource {
  /** A UUID, version 4. */
  uuid(): string;
  /** So many bytes that nobody can foretell. */
  bytes(count: number): Uint8Array;
}

export const systemClock: Clock = { now: () => new Date() };

export const systemIds: IdSource = { uuid: () => randomUUID(), bytes: (count) => randomBytes(count) };
