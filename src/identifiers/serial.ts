import { firstOutside, set82 } from './character-sets.ts';

/** A serial number 序列号 as AI (21) carries it: 1–20 characters of character set 82. */
export type Serial = string & { readonly __serial: true };

/** @returns the serial number, or undefined where the length or a character is wrong (GS1 General Specifications 3.5.2). */
export function parseSerial(text: string): Serial | undefined {
  const right = text.length >= 1 && text.length <= 20 && firstOutside(set82, text, 0, text.length) === -1;
  return right ? (text as Serial) : undefined;
}
