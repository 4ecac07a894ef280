/** Puts a backup into an empty database, and looks whether every byte is there again. */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { mongo } from 'mongoose';
import { CannotStart } from '../errors.ts';
import { Digest, type Manifest, rawDocuments } from './backup.ts';
import { type Migration, type MigrationOptions, runMigrations } from './migrations.ts';

/** Below the server's limit for one message, with room for a large document. */
const batchBytes = 4 << 20;
const batchDocuments = 1_000;
const lengthBytes = 4;
const largestDocument = 16 << 20;
/** Every number keeps the type that it was stored with. */
const exact = { promoteValues: false, promoteBuffers: false, promoteLongs: false } as const;

export interface RestoreOptions extends MigrationOptions {
  readonly directory: string;
  readonly manifest: Manifest;
  readonly migrations: readonly Migration[];
}

/**
 * Makes the indexes as of the backup, so that what must be unique is, then inserts, then reads everything back. Steps
 * that the backup did not have yet are left to the start of the service.
 * @throws CannotStart where the database is not empty, the backup is of a newer version, or a file is not what the
 *   manifest says; what was written until then is left, and has to be dropped
 */
export async function restoreBackup(db: mongo.Db, options: RestoreOptions): Promise<void> {
  const { directory, manifest, migrations } = options;
  const [found] = await db.listCollections({}, { nameOnly: true }).toArray();
  if (found !== undefined) {
    throw new CannotStart(
      `A backup is restored into an empty database only, and ${db.databaseName} is not empty: name another.`,
    );
  }
  const known = new Set(migrations.map(({ id }) => id));
  const unknown = manifest.migrations.find((id) => !known.has(id));
  if (unknown !== undefined) {
    throw new CannotStart(
      `The backup was taken by a newer version of pps-trace (step ${unknown}): restore it with that version.`,
    );
  }
  const had = new Set(manifest.migrations);
  const ofThen = migrations.filter(({ id }) => had.has(id));
  await runMigrations(db, ofThen, options);
  for (const { name, documents, sha256 } of manifest.collections) {
    options.progress?.(`Restoring ${name}: ${documents}.`);
    const digest = await insertFile(db, name, join(directory, `${name}.bson.gz`));
    if (digest.documents !== documents || digest.end() !== sha256) {
      throw new CannotStart(`The file of ${name} is not the one that the manifest was written with.`);
    }
  }
  for (const { name, documents, sha256 } of manifest.collections) {
    const digest = new Digest();
    for await (const _document of rawDocuments(db, name, digest));
    if (digest.documents !== documents || digest.end() !== sha256) {
      throw new CannotStart(
        `What was restored of ${name} is not what the backup holds: drop it, and try again.`,
      );
    }
  }
}

async function insertFile(db: mongo.Db, name: string, file: string): Promise<Digest> {
  const collection = db.collection(name);
  const digest = new Digest();
  let batch: mongo.Document[] = [];
  let bytes = 0;
  const flush = async () => {
    if (batch.length > 0) await collection.insertMany(batch, { ordered: false });
    batch = [];
    bytes = 0;
  };
  for await (const document of documentsIn(file)) {
    digest.take(document);
    batch.push(mongo.BSON.deserialize(document, exact));
    bytes += document.length;
    if (bytes > batchBytes || batch.length >= batchDocuments) await flush();
  }
  await flush();
  return digest;
}

/** A BSON document begins with its own length, 32 bits, little-endian (bsonspec.org). */
async function* documentsIn(file: string): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of unpacked(file)) {
    rest = Buffer.concat([rest, chunk]);
    for (let length = lengthAt(rest, file); length !== undefined; length = lengthAt(rest, file)) {
      yield rest.subarray(0, length);
      rest = rest.subarray(length);
    }
  }
  if (rest.length > 0) throw new CannotStart(`The file ${file} ends in the middle of a document.`);
}

async function* unpacked(file: string): AsyncGenerator<Buffer> {
  const gunzip = createGunzip();
  // An error of either ends the other, and with it the loop below.
  const piped = pipeline(createReadStream(file), gunzip);
  piped.catch(() => undefined);
  try {
    for await (const chunk of gunzip) yield Buffer.from(chunk as Uint8Array);
    await piped;
  } catch (error) {
    throw new CannotStart(
      `The file ${file} cannot be read (${error instanceof Error ? error.message : String(error)}).`,
    );
  }
}

/** @returns the length of the first document, where all of it is there */
function lengthAt(bytes: Buffer, file: string): number | undefined {
  if (bytes.length < lengthBytes) return undefined;
  const length = bytes.readInt32LE(0);
  if (length <= lengthBytes || length > largestDocument + (16 << 10)) {
    throw new CannotStart(`The file ${file} is damaged.`);
  }
  return bytes.length < length ? undefined : length;
}
