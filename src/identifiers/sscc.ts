import { hasRightCheckDigit, isDigits } from './check-digit.ts';

/** A Serial Shipping Container Code: 18 digits, the last a check digit (GS1 General Specifications 3.3.1). */
export type Sscc = string & { readonly __sscc: true };

/** @returns the SSCC, or undefined where the length, a character or the check digit is wrong. */
export function parseSscc(text: string): Sscc | undefined {
  return text.length === 18 && isDigits(text) && hasRightCheckDigit(text) ? (text as Sscc) : undefined;
}
