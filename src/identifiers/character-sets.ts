/** The AI encodable character sets of the GS1 General Specifications, 7.11. */

const digits = '0123456789';
const capitals = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const smalls = 'abcdefghijklmnopqrstuvwxyz';

/** Character set 82 in the order of its values (figure 7.11-1 and, for check pairs, 7.9.5). */
export const characterSet82 = `!"%&'()*+,-./${digits}:;<=>?${capitals}_${smalls}`;
/** Character set 39 (figure 7.11-2). */
const characterSet39 = `#-/${digits}${capitals}`;
/** Character set 64, file-safe base 64 (figure 7.11-3), without its padding. */
const characterSet64 = `${capitals}${smalls}${digits}-_`;

/** One byte a UTF-16 code unit below 128: 1 where the character belongs to the set. */
function membership(characters: string): Uint8Array {
  const members = new Uint8Array(128);
  for (const character of characters) {
    members[character.charCodeAt(0)] = 1;
  }
  return members;
}

export const digitSet: Uint8Array = membership(digits);
export const set82: Uint8Array = membership(characterSet82);
export const set39: Uint8Array = membership(characterSet39);
export const set64: Uint8Array = membership(characterSet64);

/** @returns the offset of the first character of `text` in [start, end) outside the set, or -1. */
export function firstOutside(set: Uint8Array, text: string, start: number, end: number): number {
  for (let i = start; i < end; i += 1) {
    if (set[text.charCodeAt(i)] !== 1) {
      return i;
    }
  }
  return -1;
}
