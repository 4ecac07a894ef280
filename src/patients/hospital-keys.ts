/**
 * The keys of hospitals, each made at its first use and sealed under the master key, and the check value by which a
 * wrong master key is noticed before it seals anything.
 */

import type { KeyObject } from 'node:crypto';
import type { mongo } from 'mongoose';
import { CannotStart } from '../errors.ts';
import { deriveKey, macOf, newSealedKey, openKey, SealBroken, type SealPlace, sealBytes } from './sealing.ts';
import { inTransaction } from './transaction.ts';

/** Each for one purpose, derived from the hospital's key. */
export interface HospitalKeys {
  /** Seals the keys of patients. */
  readonly wrapping: KeyObject;
  /** Seals the way from a use, or from a number, to the patient. */
  readonly linking: KeyObject;
  /** Of the blind index of numbers. */
  readonly index: KeyObject;
  /** Seals whose identity was read. */
  readonly audit: KeyObject;
}

interface MasterCheck {
  readonly _id: 'master';
  readonly check: string;
  /** Counted up with each hospital, so that making one and changing the master key cannot pass each other. */
  readonly hospitals: number;
}

interface StoredHospitalKey {
  /** The organisation's id. */
  readonly _id: string;
  readonly sealed: string;
}

const mostCached = 256;

/** Opens the keys of hospitals under the master key, makes those that are missing, and keeps the last used ones open. */
export class HospitalKeyring {
  readonly #db: mongo.Db;
  readonly #master: KeyObject;
  /** The oldest first. KeyObjects: one that falls out while somebody still uses it stays whole until they end. */
  readonly #cache = new Map<string, HospitalKeys>();
  #proven = false;

  constructor(db: mongo.Db, master: KeyObject) {
    this.#db = db;
    this.#master = master;
  }

  /** @throws CannotStart when the master key is not this database's. */
  async ready(): Promise<void> {
    if (this.#proven) return;
    await inTransaction(this.#db, async (session) => {
      if ((await this.#checkValue(session)) !== undefined) return;
      // The check value is gone or was never there: what was sealed before decides.
      const sealed = await hospitalKeys(this.#db).findOne({}, { session });
      if (sealed !== null) this.#open(sealed);
      const first: MasterCheck = { _id: 'master', check: checkOf(this.#master), hospitals: 0 };
      await masterChecks(this.#db).insertOne(first, { session });
    });
    this.#proven = true;
  }

  /** @returns the keys of a hospital, which are made when it is the first time. */
  async of(organisation: string): Promise<HospitalKeys> {
    const cached = this.#cache.get(organisation);
    const keys = cached ?? (await this.#load(organisation));
    this.#cache.delete(organisation);
    this.#cache.set(organisation, keys);
    const oldest = this.#cache.keys().next();
    if (this.#cache.size > mostCached && oldest.done !== true) this.#cache.delete(oldest.value);
    return keys;
  }

  async #load(organisation: string): Promise<HospitalKeys> {
    await this.ready();
    const key = await inTransaction(this.#db, async (session) => {
      const stored = await hospitalKeys(this.#db).findOne({ _id: organisation }, { session });
      if (stored !== null) return this.#open(stored);
      await this.#countHospital(session);
      const made = newSealedKey(this.#master, placeOf(organisation));
      await hospitalKeys(this.#db).insertOne({ _id: organisation, sealed: made.sealed }, { session });
      return made.key;
    });
    return {
      wrapping: deriveKey(key, 'wrapping', organisation),
      linking: deriveKey(key, 'linking', organisation),
      index: deriveKey(key, 'index', organisation),
      audit: deriveKey(key, 'audit', organisation),
    };
  }

  /** Another process may have changed the master key since we proved ours. */
  async #countHospital(session: mongo.ClientSession): Promise<void> {
    const ours = { _id: 'master' as const, check: checkOf(this.#master) };
    const counted = await masterChecks(this.#db).updateOne(ours, { $inc: { hospitals: 1 } }, { session });
    if (counted.matchedCount !== 1) throw wrongMaster();
  }

  async #checkValue(session: mongo.ClientSession): Promise<string | undefined> {
    const stored = await masterChecks(this.#db).findOne({ _id: 'master' }, { session });
    if (stored !== null && stored.check !== checkOf(this.#master)) throw wrongMaster();
    return stored?.check;
  }

  #open(stored: StoredHospitalKey): KeyObject {
    try {
      return openKey(this.#master, placeOf(stored._id), stored.sealed);
    } catch (error) {
      if (error instanceof SealBroken) throw wrongMaster();
      throw error;
    }
  }
}

/**
 * Changes the master key: seals every hospital's key anew, all in one transaction, so that a crash leaves either the
 * old one in force or the new one. Patients' keys stay as they are. Running processes go on with the hospitals they
 * know, and refuse to make keys for others until they are started with the new one.
 * @returns how many hospital keys were sealed anew; 0 when the new master key is in force already.
 * @throws CannotStart when the old master key is not this database's.
 */
export async function rewrapHospitalKeys(
  db: mongo.Db,
  oldMaster: KeyObject,
  newMaster: KeyObject,
): Promise<number> {
  return inTransaction(db, async (session) => {
    const stored = await masterChecks(db).findOne({ _id: 'master' }, { session });
    if (stored?.check === checkOf(newMaster)) return 0;
    if (stored?.check !== checkOf(oldMaster)) throw wrongMaster();
    const keys = await hospitalKeys(db).find({}, { session }).toArray();
    await masterChecks(db).updateOne({ _id: 'master' }, { $set: { check: checkOf(newMaster) } }, { session });
    if (keys.length === 0) return 0;
    const rewrapped = keys.map(({ _id, sealed }) => {
      const key = openKey(oldMaster, placeOf(_id), sealed);
      const bytes = key.export();
      const update = { $set: { sealed: sealBytes(newMaster, placeOf(_id), bytes) } };
      bytes.fill(0);
      return { updateOne: { filter: { _id }, update } };
    });
    await hospitalKeys(db).bulkWrite(rewrapped, { session });
    return keys.length;
  });
}

/** Says nothing about the key to one who has the database: a MAC under a key derived from it. */
function checkOf(master: KeyObject): string {
  return macOf(deriveKey(master, 'master-check', ''), ['pps-trace']);
}

function placeOf(organisation: string): SealPlace {
  return { purpose: 'hospital-key/1', organisation, record: organisation };
}

function wrongMaster(): CannotStart {
  return new CannotStart(
    'The master key is not the one that this database was sealed with: put back the right MASTER_KEY or master key file; nothing was written.',
  );
}

function masterChecks(db: mongo.Db): mongo.Collection<MasterCheck> {
  return db.collection<MasterCheck>('masterKeyCheck');
}

function hospitalKeys(db: mongo.Db): mongo.Collection<StoredHospitalKey> {
  return db.collection<StoredHospitalKey>('hospitalKeys');
}
