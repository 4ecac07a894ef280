/**
 * Secrets that the service makes, and what it keeps of them. They come from the system's generator and never from the
 * injected source: a demonstration with a known seed would have tokens that anybody can compute.
 */

import { createHash } from 'node:crypto';
import { systemIds } from '../clock.ts';

/** 256 bits: guessing is hopeless, so that a fast hash without salt is enough to store. */
const secretBytes = 32;

/** Bytes of a one-time password: 100 bits in 20 characters, of which each carries 5. */
const oneTimeCharacters = 20;
/** Crockford's base 32, in lower case: nothing that is mistaken for another when read from paper. */
const legible = '0123456789abcdefghjkmnpqrstvwxyz';

/** So that a token is recognised where it must not be: in a log, in a repository. */
export const tokenPrefix = 'pps_';

/** @returns 43 characters of base64url */
export function newSecret(): string {
  return Buffer.from(systemIds.bytes(secretBytes)).toString('base64url');
}

/** @returns five groups of four, to be read aloud or from paper */
export function newOneTimePassword(): string {
  const characters = [...systemIds.bytes(oneTimeCharacters)].map((byte) =>
    legible.charAt(byte % legible.length),
  );
  return characters.join('').replaceAll(/(.{4})(?!$)/g, '$1-');
}

/** @returns SHA-256, hex */
export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** Whether it could be a secret of ours; anything else need not be looked up. */
export function isSecret(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(text);
}
