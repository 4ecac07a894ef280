/** How new serial numbers are formed: one after the other, or so that nobody can guess one. Pure. */
import { z } from 'zod';
import { unreachable } from '../errors.ts';

/**
 * Characters of set 82 (GS1 General Specifications 7.11) that nobody takes for another when a number is typed: no 0 and
 * O, 1, I and L, U and V; no small letters, no marks that an address must escape.
 */
export const unambiguous = '23456789ABCDEFGHJKMNPQRSTVWXYZ';

export const numbering = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('sequential'),
    /** Before the number, as it stands. */
    prefix: z
      .string()
      .regex(/^[0-9A-Z-]{0,10}$/)
      .default(''),
    /** Of the number, with zeros in front. */
    digits: z.int().min(4).max(10).default(8),
  }),
  z.strictObject({
    kind: z.literal('unguessable'),
    /** Ten of 30 characters are 49 bits: of a million printed labels a guess in 590 million hits one. */
    length: z.int().min(10).max(20).default(12),
  }),
]);

export type Numbering = z.output<typeof numbering>;

export const sequentialByDefault: Numbering = { kind: 'sequential', prefix: '', digits: 8 };

/** @returns the n-th serial number of a product, or undefined where the digits do not suffice. */
export function sequentialSerial(
  { prefix, digits }: Extract<Numbering, { kind: 'sequential' }>,
  number: number,
): string | undefined {
  const text = String(number).padStart(digits, '0');
  return text.length > digits ? undefined : prefix + text;
}

/** Bytes from here on would make some characters likelier than others. */
const fairBytes = 256 - (256 % unambiguous.length);

/** @param bytes so many unforeseeable ones */
export function unguessableSerial(
  { length }: Extract<Numbering, { kind: 'unguessable' }>,
  bytes: (count: number) => Uint8Array,
): string {
  let serial = '';
  while (serial.length < length) {
    for (const byte of bytes(2 * length)) {
      if (byte >= fairBytes || serial.length === length) continue;
      serial += unambiguous.charAt(byte % unambiguous.length);
    }
  }
  return serial;
}

/**
 * Serial numbers that look as these rules make them and take the most room, to see beforehand whether a label holds
 * them all: W is the widest, and letters make the largest symbol.
 */
export function widestSerials(rules: Numbering): string[] {
  switch (rules.kind) {
    case 'sequential':
      return [`${rules.prefix}${'0'.repeat(rules.digits)}`];
    case 'unguessable':
      return ['W'.repeat(rules.length)];
    default:
      return unreachable(rules);
  }
}
