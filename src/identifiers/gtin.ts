import { hasRightCheckDigit, isDigits } from './check-digit.ts';

/** A Global Trade Item Number, always in its 14-digit form; the UDI-DI of a GS1 device. */
export type Gtin = string & { readonly __gtin: true };

/**
 * Reads a GTIN-8, -12, -13 or -14 (GS1 General Specifications 3.3.2) and brings it to 14 digits with leading zeros.
 * @returns the GTIN, or undefined where the length, a character or the check digit is wrong.
 */
export function parseGtin(text: string): Gtin | undefined {
  const rightLength = text.length === 14 || text.length === 13 || text.length === 12 || text.length === 8;
  if (!rightLength || !isDigits(text)) {
    return undefined;
  }
  return hasRightCheckDigit(text) ? (text.padStart(14, '0') as Gtin) : undefined;
}
