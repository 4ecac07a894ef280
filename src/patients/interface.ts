/** What other rooms may ask of patients/ (law 7). Everything else in this room is its own business. */

import type { Documents } from '../database/documents.ts';
import type { Write } from '../database/write.ts';
import type { Identity, PatientQuery } from './identity.ts';

/** Why an identity is read. While a patient's data are restricted, `care` is refused (PIPL Art. 47). */
export type ReadingPurpose = 'recall' | 'care' | 'adverse-event' | 'legal-duty';

/** Who reads, and in which request: it goes into the audit trail. */
export interface Reader {
  /** Random person id. */
  readonly person: string;
  readonly organisation: string;
  readonly requestId: string;
}

/** The last day (ISO 8601 date) on which a record must be kept by law, or for ever (implants). */
export type RetainUntil = string;
export type Retention = RetainUntil | 'permanent';

export interface UseOfPatient {
  readonly organisation: string;
  /** As stated at this use. */
  readonly identity: Identity;
  /** One for each device used, random, made for this command; 1 to {@link patientBounds}.pseudonyms. */
  readonly pseudonyms: readonly string[];
  /** `permanent`, or the last day of the statutory retention. The longest of a patient's uses counts. */
  readonly retainUntil: Retention | Promise<Retention>;
  /** What the transaction sees that will commit the writes. */
  readonly documents?: Documents | undefined;
}

export interface PreparedUse {
  /** To be committed in the transaction of the event: all of them, or none. */
  readonly writes: readonly Write[];
  /** Whether this identity contradicts what the hospital stated before (the use is recorded all the same). */
  readonly conflict: boolean;
}

export interface KnownPatient {
  /** The latest that was stated; where nothing contradicts, completed from earlier statements. */
  readonly identity: Identity;
  /** Earlier statements that a later one contradicted, oldest first. */
  readonly earlier: readonly Identity[];
  /** Two statements contradict each other, or one named two patients: a person must look. */
  readonly identityConflict: boolean;
  /** Stated without any number, so that no query can find it. */
  readonly unnumbered: boolean;
}

export interface PatientUses extends KnownPatient {
  /** All uses that were, or in a conflict may have been, on this patient; in the order of recording. */
  readonly pseudonyms: readonly string[];
}

export type IdentityAnswer =
  | ({
      readonly kind: 'identified';
      /** What was stated at this very use. */
      readonly stated: Identity;
    } & KnownPatient)
  /** Known, but not to be read for this purpose. */
  | { readonly kind: 'restricted' }
  /** No identity: erased, never stated, or not this hospital's. */
  | { readonly kind: 'none' };

/** Whose data: by a number, or by a use's pseudonym where there is no number. */
export type ErasureSubject = PatientQuery | { readonly pseudonym: string };

export type ErasureReason = 'patient-request' | 'retention-ended' | 'order-of-authority';

export interface ErasureRequest {
  readonly organisation: string;
  readonly subject: ErasureSubject;
  readonly reader: Reader;
  readonly reason: ErasureReason;
}

export type ErasureOutcome =
  | { readonly outcome: 'erased'; readonly keyId: string }
  /** The statutory retention still runs: restricted now, and to be erased after this day. */
  | { readonly outcome: 'restricted'; readonly keyId: string; readonly until: Retention };

/** A line of the journal `erasures`: no identity, and nothing that leads to one. */
export interface Erasure {
  readonly id: string;
  readonly kind: 'erased' | 'restricted';
  readonly organisation: string;
  /** The id of the patient's key, which is the id of the patient's record. */
  readonly keyId: string;
  /** RFC 3339. */
  readonly at: string;
  readonly person: string;
  readonly requestId: string;
  readonly reason: ErasureReason;
}

export interface IdentityRead {
  readonly id: string;
  readonly organisation: string;
  /** RFC 3339. */
  readonly at: string;
  readonly person: string;
  readonly requestId: string;
  /** The last two tell no identity, but that a number is a patient's, and until when its records are kept. */
  readonly action: 'find-uses' | 'identify' | 'restrict' | 'erase';
  readonly purpose: ReadingPurpose;
  /** How many pseudonyms were asked for, or found; none by a request to restrict or erase. */
  readonly uses: number;
  /** The ids of the patients' records that were read: random, and leading nowhere after an erasure. */
  readonly patients: readonly string[];
  /** Of those, the ones that were not answered because their data are restricted. */
  readonly refused: readonly string[];
  /** False where the stored record does not match its seal: somebody changed it in the database. */
  readonly intact: boolean;
}

/** Law 9. Over one of them is `request/too-large`. */
export const patientBounds = {
  /** In one use, and in one identify. */
  pseudonyms: 1_000,
  /** Of one page of {@link Patients.listIdentityReads}. */
  page: 200,
} as const;

/** Made by `createPatients({ db, masterKey, clock, ids })`. No error of it carries an identity. */
export interface Patients {
  /**
   * Proves that the master key is this database's; call it at start.
   * @throws CannotStart when it is not.
   */
  ready(): Promise<void>;

  /**
   * Encrypts what the theatre stated, and links it to the uses. It reads in the transaction and writes nothing (but, once
   * in a hospital's life, the hospital's key, in a transaction of its own).
   *
   * Call it inside the transaction, on every attempt anew, and commit its writes there. All of them are inserts under
   * ids that are unique by `_id`: of two that race (the same patient's first use in two theatres, a use and an
   * erasure) one gets WriteConflict or a duplicate key (11000), and must run again from loading on. Then it sees the
   * other's patient.
   * @throws Failure request/invalid (pointers below the identity), request/too-large.
   */
  prepareUse(use: UseOfPatient): Promise<PreparedUse>;

  /**
   * What was used on this patient, in this hospital. The read is in the audit trail before it is answered, also when
   * it found nobody.
   * @returns undefined where the hospital knows no such number.
   * @throws Failure not-found when the reader is of another organisation, patient/restricted.
   */
  findUses(request: {
    readonly organisation: string;
    readonly query: PatientQuery;
    readonly reader: Reader;
    readonly purpose: ReadingPurpose;
  }): Promise<PatientUses | undefined>;

  /**
   * Who was behind these uses. The read is in the audit trail before it is answered.
   * @returns an answer for every pseudonym that was asked for.
   * @throws Failure not-found when the reader is of another organisation, request/too-large.
   */
  identify(request: {
    readonly organisation: string;
    readonly pseudonyms: readonly string[];
    readonly reader: Reader;
    readonly purpose: ReadingPurpose;
  }): Promise<ReadonlyMap<string, IdentityAnswer>>;

  /**
   * Readable from now on only for recall, adverse event and legal duty. The look is in the audit trail before it is
   * answered, also when it found nobody. @throws Failure not-found.
   */
  restrict(request: ErasureRequest): Promise<ErasureOutcome>;

  /**
   * During the statutory retention restricts; after it destroys the patient's key, all that it sealed, and the links
   * of the uses. Journalled in the same transaction, as is the look in the audit trail; see {@link restrict}.
   * @throws Failure not-found.
   */
  erase(request: ErasureRequest): Promise<ErasureOutcome>;

  /**
   * Carries the journal out again: after a restore, before anything is served. A backup may be older than an erasure,
   * so lines that were kept elsewhere can be handed in.
   * @returns how many patients had come back and were destroyed or restricted again.
   */
  applyErasures(kept?: readonly Erasure[]): Promise<{ readonly erased: number; readonly restricted: number }>;

  /** The journal, oldest first, for keeping it apart from the backups. */
  listErasures(cursor?: string, limit?: number): Promise<Page<Erasure>>;

  /** The audit trail of one hospital, newest first. @throws Failure request/invalid for a cursor that is none. */
  listIdentityReads(organisation: string, cursor?: string, limit?: number): Promise<Page<IdentityRead>>;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Where the next page begins; absent on the last. */
  readonly next?: string;
}
