import { isDigits } from './check-digit.ts';

/** A GS1 Company Prefix 厂商识别代码: the digits with which all keys of a company begin (GS1 General Specifications 1.4.4). */
export type CompanyPrefix = string & { readonly __companyPrefix: true };

/**
 * Prefixes under which no company numbers what it ships (GS1 General Specifications 1.4.2): in-store numbers (02, 04,
 * 2), coupons (05, 98, 99), serial publications and books (977–979).
 */
const ofNoCompany = /^(0[245]|2|97[789]|9[89])/;

/** @returns the prefix, or undefined where the length is not 4 to 12 digits, or no company has such a one. */
export function parseCompanyPrefix(text: string): CompanyPrefix | undefined {
  const allowed = text.length >= 4 && text.length <= 12 && isDigits(text) && !ofNoCompany.test(text);
  return allowed ? (text as CompanyPrefix) : undefined;
}
