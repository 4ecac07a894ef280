/** The unified social credit code 统一社会信用代码 of legal persons in China: GB 32100-2015. */

export type UnifiedSocialCreditCode = string & { readonly __unifiedSocialCreditCode: true };

/** The 31 characters in the order of their values: digits and capitals without I, O, S, V and Z (table 2). */
const characters = '0123456789ABCDEFGHJKLMNPQRTUWXY';

/** Registering authority and kind, six digits of the area (GB/T 2260), nine of the organisation, one to check. */
const form = /^[0-9A-HJ-NP-RT-UW-Y]{2}\d{6}[0-9A-HJ-NP-RT-UW-Y]{10}$/;

/** @returns the check character of the first 17 characters: weights 3^i modulo 31 (section 6). */
function checkCharacter(body: string): string {
  let sum = 0;
  let weight = 1;
  for (const character of body) {
    sum += characters.indexOf(character) * weight;
    weight = (weight * 3) % 31;
  }
  return characters.charAt((31 - (sum % 31)) % 31);
}

/** @returns the code, or undefined where its length, a character or the check character is wrong. */
export function parseUnifiedSocialCreditCode(text: string): UnifiedSocialCreditCode | undefined {
  const right = form.test(text) && checkCharacter(text.slice(0, 17)) === text.charAt(17);
  return right ? (text as UnifiedSocialCreditCode) : undefined;
}
