import { firstOutside, set82 } from './character-sets.ts';

/** A lot number 批号 as AI (10) carries it: 1–20 characters of character set 82. */
export type Lot = string & { readonly __lot: true };

/** @returns the lot, or undefined where the length or a character is wrong (GS1 General Specifications 3.4.1). */
export function parseLot(text: string): Lot | undefined {
  const right = text.length >= 1 && text.length <= 20 && firstOutside(set82, text, 0, text.length) === -1;
  return right ? (text as Lot) : undefined;
}
