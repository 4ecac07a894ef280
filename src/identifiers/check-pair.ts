import { characterSet82 } from './character-sets.ts';

/** The check character pair of the Global Model Number: GS1 General Specifications 7.9.5. */

const primes = [
  2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83,
] as const;
const characterSet32 = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';

/**
 * @param text the value without its pair, at most 23 characters of character set 82.
 * @returns the two check characters, or undefined where the text is too long or holds another character.
 */
export function checkPair(text: string): string | undefined {
  if (text.length > primes.length) {
    return undefined;
  }
  let sum = 0;
  for (let i = 0; i < text.length; i += 1) {
    const value = characterSet82.indexOf(text.charAt(i));
    if (value === -1) {
      return undefined;
    }
    sum += value * (primes[text.length - 1 - i] ?? 0);
  }
  sum %= 1021;
  return characterSet32.charAt(sum >> 5) + characterSet32.charAt(sum & 31);
}
