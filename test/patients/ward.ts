/** A hospital's side of the tests: the ledger's transaction loop, and what an intruder sees who has the database. */

import { createSecretKey, type KeyObject, randomBytes, randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { mongo } from 'mongoose';
import type { Clock } from '../../src/clock.ts';
import { systemIds } from '../../src/clock.ts';
import { documentsOf } from '../../src/database/documents.ts';
import { runMigrations } from '../../src/database/migrations.ts';
import type { Write } from '../../src/database/write.ts';
import { Failure } from '../../src/errors.ts';
import type { Patients, Reader, UseOfPatient } from '../../src/patients/interface.ts';
import { patientsMigrations } from '../../src/patients/migrations.ts';
import { createPatients } from '../../src/patients/patients.ts';
import { type TestDatabase, testDatabase } from '../support/mongod.ts';

const duplicateKey = 11_000;

export interface SettableClock extends Clock {
  set(instant: string): void;
}

export interface Ward {
  readonly database: TestDatabase;
  readonly db: mongo.Db;
  readonly masterKey: KeyObject;
  readonly clock: SettableClock;
  readonly patients: Patients;
  /** Another process with the same key and database. */
  another(masterKey?: KeyObject): Patients;
}

export async function openWard(): Promise<Ward> {
  const database = await testDatabase();
  const { db } = database;
  const clock = settableClock('2026-03-01T02:00:00.000Z');
  await runMigrations(db, patientsMigrations, { clock, ids: systemIds });
  const masterKey = randomKey();
  const another = (key = masterKey) => createPatients({ db, masterKey: key, clock, ids: systemIds });
  return { database, db, masterKey, clock, patients: another(), another };
}

export function randomKey(): KeyObject {
  return createSecretKey(randomBytes(32));
}

export function readerOf(organisation: string): Reader {
  return { person: randomUUID(), organisation, requestId: randomUUID() };
}

/** As the ledger does it: prepare and commit in one transaction, and begin anew after a lost race. */
export async function recordUse(
  { db }: Pick<Ward, 'db'>,
  patients: Patients,
  use: Omit<UseOfPatient, 'documents'>,
): Promise<{ conflict: boolean; attempts: number }> {
  for (let attempts = 1; ; attempts += 1) {
    const session = db.client.startSession();
    try {
      session.startTransaction({
        readConcern: { level: 'snapshot' },
        writeConcern: { w: 'majority', j: true },
      });
      const { writes, conflict } = await patients.prepareUse({ ...use, documents: documentsOf(db, session) });
      for (const write of writes) await applyWrite(db, write, session);
      await session.commitTransaction();
      return { conflict, attempts };
    } catch (error) {
      if (session.inTransaction()) await session.abortTransaction();
      if (!lostRace(error) || attempts === 100) throw error;
    } finally {
      await session.endSession();
    }
  }
}

export async function applyWrite(db: mongo.Db, write: Write, session: mongo.ClientSession): Promise<void> {
  const collection = db.collection(write.collection);
  if ('insert' in write) {
    await collection.insertOne(write.insert, { session });
    return;
  }
  const done = await collection.updateOne(write.filter, write.update, {
    session,
    upsert: write.upsert ?? false,
  });
  if (done.matchedCount + done.upsertedCount !== 1) throw new Error('a guard did not hold');
}

export function lostRace(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && error.code === duplicateKey) return true;
  return 'hasErrorLabel' in error && typeof error.hasErrorLabel === 'function'
    ? error.hasErrorLabel('TransientTransactionError') === true
    : false;
}

/** Everything the database holds, as bytes: documents, index definitions, and its log of writes. */
export async function everythingStored(db: mongo.Db): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (const { name } of await db.listCollections().toArray()) {
    const collection = db.collection(name);
    parts.push(Buffer.from(JSON.stringify(await collection.indexes())));
    parts.push(...(await rawDocuments(collection, {})));
  }
  parts.push(...(await logOfWrites(db)));
  return Buffer.concat(parts);
}

/** The replica set's log holds every write of the last days: whoever takes the disk has it too. */
export function logOfWrites(db: mongo.Db): Promise<Buffer[]> {
  const ours = { $regex: `^${db.databaseName}\\.` };
  const log = db.client.db('local').collection('oplog.rs');
  return rawDocuments(log, { $or: [{ ns: ours }, { 'o.applyOps.ns': ours }] });
}

async function rawDocuments(collection: mongo.Collection, filter: mongo.Document): Promise<Buffer[]> {
  const documents: unknown[] = await collection
    .find(filter, { raw: true, readConcern: { level: 'local' } })
    .toArray();
  return documents.map((document) => {
    if (!Buffer.isBuffer(document)) throw new Error('raw documents were asked for');
    return document;
  });
}

/** How a text could lie in the database: as it is, or written in another way. */
export function disguises(text: string): Buffer[] {
  const utf8 = Buffer.from(text, 'utf8');
  const written = [utf8.toString('base64'), utf8.toString('base64url'), utf8.toString('hex')];
  const wide = Buffer.from(text, 'utf16le');
  // The last characters of base64 depend on what follows.
  return [
    utf8,
    wide,
    ...written.map((encoded) => Buffer.from(encoded.replaceAll('=', '').slice(0, -1), 'utf8')),
  ];
}

function settableClock(instant: string): SettableClock {
  let now = new Date(instant);
  return {
    now: () => new Date(now),
    set: (next) => {
      now = new Date(next);
    },
  };
}

/** @returns the failure with which a promise was refused; the test fails when it is another, or none. */
export async function fails(code: string, promise: Promise<unknown>): Promise<Failure> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Failure)) throw new Error(`expected the failure ${code}, not ${String(error)}`);
  expect(error.code).to.equal(code);
  return error;
}
