/**
 * Law 8: SHA-256 over `pps-trace/event/1\n` and the RFC 8785 JSON of every stored field but the hash itself.
 */
import { createHash, createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Commitment } from './event.ts';

const eventPrefix = 'pps-trace/event/1\n';
const textPrefix = 'pps-trace/text/1\n';
const commandPrefix = 'pps-trace/command/1\n';

function hashJson(prefix: string, value: unknown): `sha-256:${string}` {
  const text = canonicalize(value);
  if (text === undefined) throw new Error('value has no canonical JSON');
  return `sha-256:${hash('sha256', prefix + text, 'hex')}`;
}

/** @param event every field that is stored, without contentHash (and without the database's `_id`). */
export function contentHash(event: object): `sha-256:${string}` {
  return hashJson(eventPrefix, event);
}

/**
 * Tells whether a command sent again is the same command (law 5). Keyed, because a command may carry a patient's
 * identity: a plain hash would let whoever has the database try out inpatient numbers.
 */
export function commandHash(command: object, key: Uint8Array): `hmac-sha-256:${string}` {
  const text = canonicalize(command);
  if (text === undefined) throw new Error('command has no canonical JSON');
  return `hmac-sha-256:${createHmac('sha256', secretOf(key)).update(commandPrefix).update(text, 'utf8').digest('hex')}`;
}

/** To make a key ready takes several times as long as to use it. */
const secrets = new WeakMap<Uint8Array, KeyObject>();

function secretOf(key: Uint8Array): KeyObject {
  const secret = secrets.get(key) ?? createSecretKey(key);
  secrets.set(key, secret);
  return secret;
}

/**
 * Commits to a text without storing it in history: the salt makes a short document number unguessable, and once
 * text and salt are erased the commitment says nothing.
 */
export function commitment(text: string, salt: Uint8Array): Commitment {
  return `sha-256:${createHash('sha256').update(textPrefix).update(salt).update(text, 'utf8').digest('hex')}`;
}
