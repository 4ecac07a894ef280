/** The check character of HIBC, modulo 43 over the characters of Code 39: ANSI/HIBC 2.6, appendix B. */

const characters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%';

/** @returns the offset of the first character that HIBC cannot hold, or -1. */
export function firstOutsideMod43(text: string): number {
  return text.search(/[^0-9A-Z\-. $/+%]/);
}

/** @returns the check character of a text of those 43 characters. */
export function mod43(text: string): string {
  let sum = 0;
  for (let i = 0; i < text.length; i += 1) {
    sum += characters.indexOf(text.charAt(i));
  }
  return characters.charAt(sum % 43);
}
