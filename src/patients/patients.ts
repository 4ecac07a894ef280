/** The room's door: who is behind a use, and nobody else knows (law 7). */

import type { KeyObject } from 'node:crypto';
import type { mongo } from 'mongoose';
import type { Clock, IdSource } from '../clock.ts';
import { listReads } from './audit.ts';
import { applyErasures, erase, listErasures, restrict } from './erasure.ts';
import { HospitalKeyring } from './hospital-keys.ts';
import type { Patients } from './interface.ts';
import { findUses, identify } from './reading.ts';
import { prepareUse } from './recording.ts';

export interface PatientsParts {
  readonly db: mongo.Db;
  /** From `loadMasterKey`. */
  readonly masterKey: KeyObject;
  readonly clock: Clock;
  readonly ids: IdSource;
}

/** Makes the room. It reads nothing yet: call `ready` before anything else. */
export function createPatients({ db, masterKey, clock, ids }: PatientsParts): Patients {
  const keyring = new HospitalKeyring(db, masterKey);
  const parts = { db, keyring, clock, ids };
  return {
    ready: () => keyring.ready(),
    prepareUse: (use) => prepareUse(parts, use),
    findUses: (request) => findUses(parts, request),
    identify: (request) => identify(parts, request),
    restrict: (request) => restrict(parts, request),
    erase: (request) => erase(parts, request),
    applyErasures: (kept = []) => applyErasures(parts, kept),
    listErasures: (cursor, limit) => listErasures(db, cursor, limit),
    listIdentityReads: async (organisation, cursor, limit) =>
      listReads(db, await keyring.of(organisation), { organisation, cursor, limit }),
  };
}
