/** Who a patient is, as a hospital states it. Nothing of it is ever stored, logged or put into an error in the clear. */

import { z } from 'zod';
import { Failure } from '../errors.ts';

const numberText = z.string().max(64);

/**
 * Every field is optional: in an emergency the theatre knows what it knows, and the use is recorded. A blank field
 * counts as absent.
 */
export const identitySchema = z.strictObject({
  /** 住院号: given at an admission; a later admission may bring another. */
  inpatientNumber: numberText.optional(),
  /** 病案号: of the medical record, for life. */
  recordNumber: numberText.optional(),
  /** 患者ID: the hospital information system's own. */
  patientId: numberText.optional(),
  name: z.string().max(200).optional(),
  birthDate: z.iso.date().optional(),
  sex: z.enum(['female', 'male', 'unknown']).optional(),
  /** To reach the patient in a recall. */
  phone: z.string().max(40).optional(),
});
export type Identity = z.infer<typeof identitySchema>;

/**
 * The numbers by which a hospital finds a patient again; the one that holds for life comes first, and decides when
 * two of them name two patients.
 */
export const patientNumbers = ['recordNumber', 'patientId', 'inpatientNumber'] as const;
export type PatientNumber = (typeof patientNumbers)[number];

/** Exactly one number: two could name two patients. */
export type PatientQuery =
  | { readonly inpatientNumber: string }
  | { readonly recordNumber: string }
  | { readonly patientId: string };

/**
 * @returns the identity without its blank fields.
 * @throws Failure request/invalid with the pointers of the faulty fields, and nothing of what they hold.
 */
export function parseIdentity(input: Identity): Identity {
  const parsed = identitySchema.safeParse(input);
  if (!parsed.success) {
    // A path ends at one of our own fields; an unknown key would be the sender's text, and zod puts it elsewhere.
    const pointers = parsed.error.issues.map((issue) =>
      issue.path.map((step) => `/${String(step)}`).join(''),
    );
    throw new Failure(
      'request/invalid',
      {},
      pointers.map((pointer) => ({
        pointer: `/identity${pointer}`,
        zh: '患者身份信息的格式不正确。',
        en: 'The patient identity is not in the expected form.',
      })),
    );
  }
  const stated = Object.entries(parsed.data).filter(
    ([, value]) => value !== undefined && plain(value) !== '',
  );
  return Object.fromEntries(stated);
}

/**
 * What people see is what counts: NFKC (full-width digits and letters become ASCII), without control, format and
 * unpaired surrogate characters, blanks at the ends, and differences of case. Idempotent.
 */
export function normaliseNumber(text: string): string {
  return plain(text).toUpperCase().normalize('NFKC').toUpperCase().normalize('NFKC').trim();
}

function plain(text: string): string {
  return text
    .normalize('NFKC')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '')
    .normalize('NFKC')
    .trim();
}

/**
 * Whether two statements cannot both be true of one patient. An inpatient number never contradicts: another
 * admission brings another. A phone number changes. A sex that is unknown says nothing.
 */
export function contradicts(known: Identity, stated: Identity): boolean {
  const fixed = ['recordNumber', 'patientId', 'name', 'birthDate'] as const;
  if (fixed.some((field) => differ(known[field], stated[field]))) return true;
  return known.sex !== 'unknown' && stated.sex !== 'unknown' && differ(known.sex, stated.sex);
}

function differ(one: string | undefined, other: string | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return comparable(one) !== comparable(other);
}

function comparable(text: string): string {
  return normaliseNumber(text).replaceAll(/\s+/gu, ' ');
}

export interface FoldedIdentity {
  readonly identity: Identity;
  readonly earlier: readonly Identity[];
  readonly contradicted: boolean;
}

/**
 * Folds statements, oldest first, to what is known now. One that contradicts takes the place of what was known and
 * is not completed from it: a mixture of two people would be a third one.
 */
export function foldIdentity(statements: readonly Identity[]): FoldedIdentity {
  let identity: Identity = {};
  const earlier: Identity[] = [];
  for (const stated of statements) {
    if (contradicts(identity, stated)) {
      earlier.push(identity);
      identity = stated;
    } else {
      identity = { ...identity, ...stated, ...knownSex(identity, stated) };
    }
  }
  return { identity, earlier, contradicted: earlier.length > 0 };
}

/** A sex that is unknown now does not make one forget what was known. */
function knownSex(known: Identity, stated: Identity): Pick<Identity, 'sex'> {
  return stated.sex === 'unknown' && known.sex !== undefined ? { sex: known.sex } : {};
}

/** @returns the numbers that an identity states, those that decide first. */
export function numbersOf(identity: Identity): { readonly kind: PatientNumber; readonly value: string }[] {
  return patientNumbers.flatMap((kind) => {
    const value = normaliseNumber(identity[kind] ?? '');
    return value === '' ? [] : [{ kind, value }];
  });
}
