/** Who a patient is, as a hospital states it. Nothing here is ever stored, logged or put into an error in the clear. */

/** Every field is optional: in an emergency the theatre knows what it knows, and the use is recorded. */
export interface Identity {
  /** 住院号: given at an admission; a later admission may bring another. */
  readonly inpatientNumber?: string | undefined;
  /** 病案号: of the medical record, for life. */
  readonly recordNumber?: string | undefined;
  /** 患者ID: the hospital information system's own. */
  readonly patientId?: string | undefined;
  readonly name?: string | undefined;
  /** ISO 8601 date. */
  readonly birthDate?: string | undefined;
  readonly sex?: 'female' | 'male' | 'unknown' | undefined;
  /** To reach the patient in a recall. */
  readonly phone?: string | undefined;
}

/** The numbers by which a hospital finds a patient again. */
export type PatientNumber = 'inpatientNumber' | 'recordNumber' | 'patientId';

/** Exactly one number: two could name two patients. */
export type PatientQuery =
  | { readonly inpatientNumber: string }
  | { readonly recordNumber: string }
  | { readonly patientId: string };
