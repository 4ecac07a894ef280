/** The fields that requests are made of. A room's own identifiers are the room's; these know no domain. */

import { z } from 'zod';
import { saying } from './faults.ts';

/** NUL ends strings in other software; an unpaired surrogate is no character and cannot be hashed as UTF-8. */
export function isWellFormed(text: string): boolean {
  return text.isWellFormed() && !text.includes('\u0000');
}

/**
 * Characters that a reader does not see and that change what is read: C0 and C1 controls, and those that turn
 * the direction of text (a name or lot number that displays as another).
 */
const unseen = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/v;
const unseenInLines = /[[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]--[\t\n\r]]/v;

/**
 * What a person writes. Trimmed; control characters are refused.
 * @param max in UTF-16 code units
 * @param lines several lines may be written
 */
export function text({ max, min = 1, lines = false }: { max: number; min?: number; lines?: boolean }) {
  const refused = lines ? unseenInLines : unseen;
  return z
    .string()
    .trim()
    .min(min)
    .max(max)
    .refine(isWellFormed, saying('含有无法识别的字符。', 'Holds a character that cannot be read.'))
    .refine(
      (value) => !refused.test(value),
      saying('含有不可见的控制字符。', 'Holds a control character that cannot be seen.'),
    );
}

/** What a scanner sends: kept to the last character, separators (U+001D) included. */
export function scanned({ max }: { max: number }) {
  return z
    .string()
    .min(1)
    .max(max)
    .refine(isWellFormed, saying('含有无法识别的字符。', 'Holds a character that cannot be read.'));
}

/**
 * RFC 5321 4.1.2 without quoted names and addresses in brackets. Before the `@` are at most 64 characters, in a part of
 * the domain 63 (4.5.3.1, RFC 1035 2.3.4), with hyphens only inside. Two in its third place are left out, since only what
 * encodes another script may have them there (RFC 5890 2.3.1), and a pattern cannot tell whether it does.
 */
const mailbox =
  /^(?![^@]{65})[A-Za-z0-9_'+-]+(?:\.[A-Za-z0-9_'+-]+)*@(?:(?!..--)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}$/;

/** An e-mail address. The OpenAPI document shows its pattern, which takes nothing that `format: email` does not. */
export function email() {
  return z.email({ pattern: mailbox }).max(200);
}

/** A UUID (RFC 9562) in lower case: an id sent twice is one id however it was written. */
export function uuid() {
  return z.uuid().toLowerCase();
}

/** A day, `YYYY-MM-DD`, that exists in the calendar. */
export function isoDate() {
  return z.iso.date();
}

/** A point in time, RFC 3339 with its offset, kept as it was written. */
export function isoDateTime() {
  return z.iso.datetime({ offset: true }).max(40);
}

/** How many of "each": 1 to {@link max}. */
export function quantity({ max = 10_000_000 }: { max?: number } = {}) {
  return z.int().min(1).max(max);
}

/** A count in an answer: 0 or more. */
export function count() {
  return z.int().min(0);
}

/** Items a page holds at most, and unless asked otherwise. */
export const pageLimit = 200;
export const pageDefault = 50;

/** The two fields of every list's query. Spread into the query's strict object. */
export const pageQuery = {
  /** Opaque: what the last page gave as `next`. */
  cursor: z.string().min(1).max(1024).optional(),
  limit: z
    .string()
    .regex(/^[1-9]\d{0,3}$/)
    .transform(Number)
    .refine(
      (value) => value <= pageLimit,
      saying(`每页最多 ${pageLimit} 项。`, `At most ${pageLimit} to a page.`),
    )
    .default(pageDefault),
};

/** The answer of every list. Without `next`, this page was the last. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.strictObject({ items: z.array(item), next: z.string().optional() });
}
