/** The master key: 32 bytes, from the environment or from a file that only this user can read. */

import { type KeyObject, randomBytes } from 'node:crypto';
import { link, mkdir, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CannotStart } from '../errors.ts';
import { intoKey } from './sealing.ts';

const masterKeyBytes = 32;
const othersMayAccess = 0o077;
const ownerOnly = 0o600;
/** More than any key file has; a wrong path must not read a disk into memory. */
const longestFileBytes = 1_024;

export interface MasterKeySource {
  /** MASTER_KEY: base64 of 32 bytes. It goes before the file. */
  readonly env?: string | undefined;
  /** Made, with mode 0600, where it does not exist. */
  readonly file: string;
}

/** @throws CannotStart when what is there is not a key that only this user can read. */
export async function loadMasterKey({ env, file }: MasterKeySource): Promise<KeyObject> {
  if (env !== undefined) return keyFromBase64(env, 'MASTER_KEY');
  const existing = await readKeyFile(file);
  if (existing !== undefined) return keyFromBase64(existing, `The master key file ${file}`);
  await makeKeyFile(file);
  // Read back: another process may have been first.
  const made = await readKeyFile(file);
  if (made === undefined) throw new CannotStart(`The master key file ${file} vanished while it was made.`);
  return keyFromBase64(made, `The master key file ${file}`);
}

function keyFromBase64(text: string, source: string): KeyObject {
  const bytes = Buffer.from(text.trim(), 'base64');
  // Node's decoder passes over what is not base64, so the text must be what the bytes would be written as.
  const exact = bytes.toString('base64') === text.trim();
  if (!exact || bytes.length !== masterKeyBytes) {
    bytes.fill(0);
    throw new CannotStart(
      `${source} is not base64 of exactly ${masterKeyBytes} bytes: restore the right key from its safe copy (without it no patient can be identified), or, for a first start, make one with: openssl rand -base64 32.`,
    );
  }
  return intoKey(bytes);
}

/** Looks at the file that it opened, not at what the name meant a moment ago. */
async function readKeyFile(file: string): Promise<string | undefined> {
  const handle = await open(file, 'r').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw unusable(file, `cannot be opened (${codeOf(error) ?? 'unknown error'})`);
  });
  if (handle === undefined) return undefined;
  try {
    const facts = await handle.stat();
    if (!facts.isFile()) throw unusable(file, 'is not a file');
    if ((facts.mode & othersMayAccess) !== 0) {
      const mode = (facts.mode & 0o777).toString(8).padStart(4, '0');
      throw new CannotStart(
        `The master key file ${file} has mode ${mode}, so others could have read it: run chmod 600 on it, and if the machine is shared, change the master key.`,
      );
    }
    const self = process.getuid?.();
    if (self !== undefined && facts.uid !== self) throw unusable(file, 'belongs to another user');
    if (facts.size > longestFileBytes) throw unusable(file, 'is too long to be a key');
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

/**
 * The file appears under its name only when it is whole and on disk: a crash before leaves nothing that a next start
 * could take for a key, and one after cannot lose a key that has already encrypted something.
 */
async function makeKeyFile(file: string): Promise<void> {
  const directory = dirname(file);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(8).toString('hex')}`;
  const bytes = randomBytes(masterKeyBytes);
  try {
    const handle = await open(draft, 'wx', ownerOnly);
    try {
      await handle.writeFile(`${bytes.toString('base64')}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await link(draft, file).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
  } catch (error) {
    throw unusable(file, `cannot be made (${codeOf(error) ?? 'unknown error'})`);
  } finally {
    bytes.fill(0);
    await rm(draft, { force: true });
  }
  const place = await open(directory, 'r');
  await place.sync().finally(() => place.close());
}

function unusable(file: string, what: string): CannotStart {
  return new CannotStart(
    `The master key file ${file} ${what}: name another data directory, or give the key in MASTER_KEY.`,
  );
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
