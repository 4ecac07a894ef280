import { checkDigit, hasRightCheckDigit, isDigits } from './check-digit.ts';

/** A Serial Shipping Container Code: 18 digits, the last a check digit (GS1 General Specifications 3.3.1). */
export type Sscc = string & { readonly __sscc: true };

/** @returns the SSCC, or undefined where the length, a character or the check digit is wrong. */
export function parseSscc(text: string): Sscc | undefined {
  return text.length === 18 && isDigits(text) && hasRightCheckDigit(text) ? (text as Sscc) : undefined;
}

/** Digits before the check digit: extension digit, company prefix, serial reference. */
const digitsBeforeCheck = 17;

/**
 * @param head extension digit and company prefix @param reference a whole number, from 0
 * @returns the SSCC, or undefined where the reference has more digits than the prefix leaves it
 */
export function ssccOf(head: string, reference: number): Sscc | undefined {
  const digits = head + String(reference).padStart(digitsBeforeCheck - head.length, '0');
  return digits.length === digitsBeforeCheck ? (`${digits}${checkDigit(digits)}` as Sscc) : undefined;
}
