/**
 * A backup: every collection as of one moment, one file each of BSON documents in the order of their ids, compressed
 * (the form in which mongodump writes them too), and a manifest that says how many there are and what they hash to.
 * Indexes are not in it: migrations make them.
 */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { mongo } from 'mongoose';
import { z } from 'zod';
import { CannotStart } from '../errors.ts';
import type { Moment } from './moment.ts';

export const manifestSchema = z.strictObject({
  format: z.literal('pps-trace/backup/1'),
  takenAt: z.string(),
  /** Ids of the migrations that the database had. */
  migrations: z.array(z.string()),
  collections: z.array(
    z.strictObject({
      name: z.string().regex(/^[A-Za-z][A-Za-z0-9]*$/),
      documents: z.int().nonnegative(),
      /** Of the documents, not of the compressed file. */
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
  /** What the rooms say of their content, to be compared after a restore. */
  marks: z.record(z.string(), z.string()),
});
export type Manifest = z.output<typeof manifestSchema>;

/**
 * What is not carried over: which migrations ran is in the manifest, locks are of processes, and who was signed in, or
 * had failed to, has to do it again.
 */
const leftOut: ReadonlySet<string> = new Set(['migrations', 'locks', 'sessions', 'signInAttempts']);

export interface BackupOptions {
  /** Must not exist. */
  readonly directory: string;
  readonly takenAt: Date;
  /** Looks at the same moment as the backup. */
  readonly marks: (db: mongo.Db, moment: Moment) => Promise<Readonly<Record<string, string>>>;
}

/** Writes a backup; the manifest comes last, so that a directory without one is no backup. */
export async function writeBackup(
  db: mongo.Db,
  moment: Moment,
  { directory, takenAt, marks }: BackupOptions,
): Promise<Manifest> {
  await mkdir(directory, { mode: 0o700 }).catch((error: unknown) => {
    throw new CannotStart(
      `The directory ${directory} cannot be made (${error instanceof Error ? error.message : String(error)}): name one that does not exist yet.`,
    );
  });
  const migrations = await db.collection('migrations').find({}, moment.options()).sort({ _id: 1 }).toArray();
  if (migrations.length === 0) throw new CannotStart('There is nothing of pps-trace in this database.');
  const collections: Manifest['collections'] = [];
  for (const name of await namesOf(db)) {
    const file = createWriteStream(join(directory, `${name}.bson.gz`), { mode: 0o600, flags: 'wx' });
    const digest = new Digest();
    await pipeline(Readable.from(rawDocuments(db, name, digest, moment)), createGzip(), file);
    collections.push({ name, documents: digest.documents, sha256: digest.end() });
  }
  const manifest: Manifest = {
    format: 'pps-trace/backup/1',
    takenAt: takenAt.toISOString(),
    migrations: migrations.map(({ _id }) => String(_id)),
    collections,
    marks: await marks(db, moment),
  };
  const text = `${JSON.stringify(manifest, undefined, 2)}\n`;
  await writeFile(join(directory, 'manifest.json'), text, { mode: 0o600, flag: 'wx' });
  return manifest;
}

/** @throws CannotStart where there is no manifest, or one that is not ours */
export async function readManifest(directory: string): Promise<Manifest> {
  try {
    return manifestSchema.parse(JSON.parse(await readFile(join(directory, 'manifest.json'), 'utf8')));
  } catch {
    throw new CannotStart(
      `${directory} holds no complete backup: there is no manifest.json that can be read.`,
    );
  }
}

/** @returns names of the collections that a backup has, in order. */
async function namesOf(db: mongo.Db): Promise<string[]> {
  const found = await db.listCollections({ type: 'collection' }, { nameOnly: true }).toArray();
  return found
    .map(({ name }) => name)
    .filter((name) => !name.startsWith('system.') && !leftOut.has(name))
    .sort();
}

/** Yields the bytes of each document, in the order of ids. */
export async function* rawDocuments(
  db: mongo.Db,
  name: string,
  digest: Digest,
  moment?: Moment,
): AsyncGenerator<Buffer> {
  const found = db
    .collection(name)
    .find({}, { raw: true, ...moment?.options() })
    .sort({ _id: 1 })
    .allowDiskUse(true);
  for await (const document of found) {
    // With `raw` the driver gives bytes, which its types do not say.
    const bytes: unknown = document;
    if (!(bytes instanceof Uint8Array)) throw new Error('the driver gave no bytes');
    const own = Buffer.from(bytes);
    digest.take(own);
    yield own;
  }
}

/** Counts documents and hashes their bytes. */
export class Digest {
  readonly #hash = createHash('sha256');
  documents = 0;

  take(document: Uint8Array): void {
    this.documents += 1;
    this.#hash.update(document);
  }

  end(): string {
    return this.#hash.digest('hex');
  }
}
