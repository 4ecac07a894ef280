import { hasRightCheckDigit, isDigits } from './check-digit.ts';

/** A Global Location Number: 13 digits, the last a check digit (GS1 General Specifications 3.7). */
export type Gln = string & { readonly __gln: true };

/** @returns the GLN, or undefined where the length, a character or the check digit is wrong. */
export function parseGln(text: string): Gln | undefined {
  return text.length === 13 && isDigits(text) && hasRightCheckDigit(text) ? (text as Gln) : undefined;
}
