/**
 * Authenticated encryption of this room: AES-256-GCM (NIST SP 800-38D), keys derived by HKDF-SHA-256 (RFC 5869).
 * Keys and nonces come from node's generator, never from an injected IdSource: a source that repeats itself would
 * repeat a nonce under the same key, and give both plaintexts away.
 */

import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';

const sealAlgorithm = 'A256GCM.1';
const macAlgorithm = 'HS256.1';
const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
const lengthBytes = 4;
/** Texts are filled up to a multiple of this, so that a rare length of a name does not tie two uses together. */
const paddingBytes = 512;

/** What a ciphertext is for, with the version of the shape inside it. */
export type SealPurpose =
  | 'hospital-key/1'
  | 'patient-key/1'
  | 'use-to-patient/1'
  | 'index-to-patient/1'
  | 'use-record/1'
  | 'identity-read/1';

/** Where a ciphertext belongs: it opens nowhere else, so that nobody can swap two in the database. */
export interface SealPlace {
  readonly purpose: SealPurpose;
  readonly organisation: string;
  readonly record: string;
}

/** Stored data that cannot be what this room wrote. A fault, not an expected failure; it names a place, no content. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken';
}

/** @returns `A256GCM.1.` and base64url of nonce, ciphertext and tag. */
export function sealBytes(key: KeyObject, place: SealPlace, content: Uint8Array): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(additionalData(place));
  const sealed = Buffer.concat([nonce, cipher.update(content), cipher.final(), cipher.getAuthTag()]);
  return `${sealAlgorithm}.${sealed.toString('base64url')}`;
}

/** @throws SealBroken when the text was changed, belongs elsewhere, or was sealed under another key. */
export function openBytes(key: KeyObject, place: SealPlace, text: string): Buffer {
  const broken = () => new SealBroken(`a stored ${place.purpose} of ${place.organisation} does not open`);
  const prefix = `${sealAlgorithm}.`;
  if (!text.startsWith(prefix)) throw broken();
  const sealed = Buffer.from(text.slice(prefix.length), 'base64url');
  if (sealed.length < nonceBytes + tagBytes) throw broken();
  const nonce = sealed.subarray(0, nonceBytes);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
  decipher.setAAD(additionalData(place));
  decipher.setAuthTag(sealed.subarray(-tagBytes));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, -tagBytes)), decipher.final()]);
  } catch {
    throw broken();
  }
}

/** Seals a JSON value, filled up so that its length says little. */
export function sealJson(key: KeyObject, place: SealPlace, value: unknown): string {
  const json = Buffer.from(JSON.stringify(value), 'utf8');
  const whole = Math.ceil((lengthBytes + json.length) / paddingBytes) * paddingBytes;
  const padded = Buffer.alloc(whole);
  padded.writeUInt32BE(json.length);
  json.copy(padded, lengthBytes);
  const text = sealBytes(key, place, padded);
  json.fill(0);
  padded.fill(0);
  return text;
}

/** @throws SealBroken */
export function openJson(key: KeyObject, place: SealPlace, text: string): unknown {
  const padded = openBytes(key, place, text);
  const json = padded.subarray(lengthBytes, lengthBytes + padded.readUInt32BE());
  const value: unknown = JSON.parse(json.toString('utf8'));
  padded.fill(0);
  return value;
}

/** Makes a key and gives it sealed under `wrapping`; its bytes are overwritten at once. */
export function newSealedKey(wrapping: KeyObject, place: SealPlace): { key: KeyObject; sealed: string } {
  const bytes = randomBytes(keyBytes);
  const sealed = sealBytes(wrapping, place, bytes);
  return { key: intoKey(bytes), sealed };
}

/** @throws SealBroken */
export function openKey(wrapping: KeyObject, place: SealPlace, sealed: string): KeyObject {
  return intoKey(openBytes(wrapping, place, sealed));
}

/** @returns a key for one purpose; `context` keeps the keys of two owners apart. */
export function deriveKey(key: KeyObject, purpose: string, context: string): KeyObject {
  const info = JSON.stringify(['pps-trace/patients/1', purpose, context]);
  return intoKey(Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), info, keyBytes)));
}

/** HMAC-SHA-256 of parts that cannot run into each other. @returns `HS256.1.` and base64url. */
export function macOf(key: KeyObject, parts: readonly string[]): string {
  const mac = createHmac('sha256', key).update(JSON.stringify(parts), 'utf8').digest('base64url');
  return `${macAlgorithm}.${mac}`;
}

/** A KeyObject holds its own copy, outside the heap, that no inspection or JSON shows; ours is overwritten. */
export function intoKey(bytes: Buffer): KeyObject {
  if (bytes.length !== keyBytes) throw new Error('a key has 32 bytes');
  const key = createSecretKey(bytes);
  bytes.fill(0);
  return key;
}

function additionalData({ purpose, organisation, record }: SealPlace): Buffer {
  return Buffer.from(JSON.stringify([sealAlgorithm, purpose, organisation, record]), 'utf8');
}
