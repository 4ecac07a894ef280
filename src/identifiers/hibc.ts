import { refuse, type UdiElement } from './ai-elements.ts';
import { daysInMonth, fullYear, type IsoDate, isoDate } from './calendar-date.ts';
import { isDigits } from './check-digit.ts';
import type { Finding } from './faults.ts';
import { firstOutsideMod43, mod43 } from './mod43.ts';
import type { ReadScheme, UdiIdentifiers } from './udi-contents.ts';

/** HIBC, the scheme of HIBCC: ANSI/HIBC 2.6, Health Industry Supplier Labeling Standard. */

/** Labeler (a letter and three more), product or catalogue number (1–18), unit of measure (a digit): 2.1. */
const deviceIdentifier = /^([A-Z][A-Z0-9]{3})([A-Z0-9]{1,18})([0-9])$/;
/** A data identifier of ANSI MH10.8.2 as it follows a slash. */
const dataIdentifier = /^(\d{0,3}[A-Z])(.+)$/;
/** A lot or serial number, at most 18 characters (2.2); some labelers use hyphens and dots. */
const lotOrSerial = /^[A-Z0-9\-. %]{0,18}$/;

interface Reading {
  readonly elements: UdiElement[];
  readonly identifiers: UdiIdentifiers;
  readonly referenceYear: number;
}

/**
 * Reads primary data, secondary data, or both joined by a slash, each with its check character.
 * @param text the text as sent.
 * @param start where the flag `+` stands; an asterisk before it and one at the end come from printed text.
 */
export function readHibc(text: string, start: number, referenceYear: number): ReadScheme {
  const printed = start > 0 && text.endsWith('*');
  const end = printed ? text.length - 1 : text.length;
  const sent = text.slice(start, end);
  // Printed text shows a check character that is a space as an underscore.
  const message = printed && sent.endsWith('_') ? `${sent.slice(0, -1)} ` : sent;
  const stranger = firstOutsideMod43(message);
  if (stranger !== -1) {
    return refuse({ code: 'udi/character', position: start + stranger });
  }
  if (message.length < 4) {
    return refuse({ code: 'udi/length', position: end });
  }
  if (mod43(message.slice(0, -1)) !== message.slice(-1)) {
    return refuse({ code: 'udi/check-character', position: end - 1 });
  }
  if (message.startsWith('+/')) {
    // The Provider Applications Standard: data of a hospital's own, no device.
    return refuse({ code: 'udi/unsupported', position: start });
  }
  const reading: Reading = { elements: [], identifiers: {}, referenceYear };
  const finding = readMessage(message.slice(1, -1), start + 1, reading);
  return finding === undefined
    ? { ok: true, form: 'hibc', elements: reading.elements, identifiers: reading.identifiers }
    : refuse(finding);
}

/** Primary data begins with a letter, secondary data with a digit or `$` (2.2.1, note 1). */
function readMessage(message: string, position: number, reading: Reading): Finding | undefined {
  const primary = /^[A-Z]/.test(message);
  const [first = '', ...others] = (primary ? message : message.slice(0, -1)).split('/');
  let finding: Finding | undefined;
  if (primary) {
    finding = readPrimary(first, position, reading);
  } else {
    reading.identifiers.linkCharacter = message.slice(-1);
    finding = readSecondary(first, position, reading);
  }
  let at = position + first.length + 1;
  for (const part of others) {
    finding ??= readFurther(part, at, reading);
    at += part.length + 1;
  }
  return finding;
}

function readPrimary(text: string, position: number, reading: Reading): Finding | undefined {
  const match = deviceIdentifier.exec(text);
  if (match === null) {
    return { code: text.length < 6 || text.length > 23 ? 'udi/length' : 'udi/value', position };
  }
  Object.assign(reading.identifiers, identifiersOf(match));
  reading.elements.push({ ai: '+', value: text });
  return undefined;
}

function identifiersOf(match: RegExpExecArray): UdiIdentifiers {
  const [whole, labeler = '', productCode = '', unit = ''] = match;
  return { deviceIdentifier: whole, labeler, productCode, unitOfMeasure: Number(unit) };
}

/** What follows a slash: secondary data, or a data identifier with its value. */
function readFurther(text: string, position: number, reading: Reading): Finding | undefined {
  if (text.startsWith('$') || /^\d{5}/.test(text)) {
    return readSecondary(text, position, reading);
  }
  const match = dataIdentifier.exec(text);
  const [, name = '', value = ''] = match ?? [];
  if (match === null) {
    return { code: 'udi/unknown-ai', position };
  }
  const { identifiers, elements } = reading;
  if (elements.some(({ ai }) => ai === name)) {
    return { code: 'udi/repeated-ai', position, ai: name };
  }
  elements.push({ ai: name, value });
  switch (name) {
    case 'S':
      identifiers.serial = value;
      return lotOrSerial.test(value) ? undefined : { code: 'udi/value', position, ai: name };
    case '14D':
      return readLongDate(value, (date) => Object.assign(identifiers, { expiresOn: date }), position, name);
    case '16D':
      return readLongDate(
        value,
        (date) => Object.assign(identifiers, { manufacturedOn: date }),
        position,
        name,
      );
    case 'Q':
      identifiers.quantity = Number(value);
      return isDigits(value) && value.length <= 5 ? undefined : { code: 'udi/value', position, ai: name };
    default:
      return undefined;
  }
}

function readLongDate(
  text: string,
  keep: (date: IsoDate) => void,
  position: number,
  ai: string,
): Finding | undefined {
  const date =
    isDigits(text) && text.length === 8
      ? isoDate(Number(text.slice(0, 4)), Number(text.slice(4, 6)), Number(text.slice(6)))
      : undefined;
  if (date === undefined) {
    return { code: 'udi/date', position: position + ai.length, ai };
  }
  keep(date);
  return undefined;
}

/** Secondary data, 2.2: a reference, a quantity and a date as it announces them, then the lot or serial number. */
function readSecondary(text: string, position: number, reading: Reading): Finding | undefined {
  const reference = /^(?:\$\$\+?|\$\+?|)/.exec(text)?.[0] ?? '';
  const serial = reference.endsWith('+');
  reading.elements.push({ ai: reference, value: text.slice(reference.length) });
  let at = reference.length;
  if (reference === '') {
    const date = dateOf('YYJJJ', text.slice(0, 5), reading.referenceYear);
    if (date === undefined) {
      return { code: 'udi/date', position };
    }
    reading.identifiers.expiresOn = date;
    at = 5;
  } else if (reference.startsWith('$$')) {
    const quantity = quantityAt(text, at);
    if (quantity !== undefined) {
      reading.identifiers.quantity = quantity.count;
      at = quantity.end;
    }
    const dated = readDate(text, at, reading);
    if (dated === undefined) {
      return { code: 'udi/date', position: position + at };
    }
    at = dated;
  }
  const number = text.slice(at);
  if (!lotOrSerial.test(number)) {
    return { code: number.length > 18 ? 'udi/length' : 'udi/value', position: position + at };
  }
  if (number !== '') {
    reading.identifiers[serial ? 'serial' : 'lot'] = number;
  }
  return undefined;
}

/** `8` announces two digits of quantity, `9` five. */
function quantityAt(text: string, at: number): { count: number; end: number } | undefined {
  const width = text.charAt(at) === '8' ? 2 : text.charAt(at) === '9' ? 5 : 0;
  const digits = text.slice(at + 1, at + 1 + width);
  return width > 0 && digits.length === width && isDigits(digits)
    ? { count: Number(digits), end: at + 1 + width }
    : undefined;
}

/** The formats of the expiry date, by the digit that announces them; `0` and `1` begin MMYY itself. */
const dateFormats: ReadonlyMap<string, string> = new Map([
  ['2', 'MMDDYY'],
  ['3', 'YYMMDD'],
  ['4', 'YYMMDDHH'],
  ['5', 'YYJJJ'],
  ['6', 'YYJJJHH'],
]);

/** @returns where the date ends, or undefined where there is none; `7` announces that no date follows. */
function readDate(text: string, at: number, reading: Reading): number | undefined {
  const flag = text.charAt(at);
  if (flag === '7' || (flag === '' && reading.identifiers.quantity !== undefined)) {
    return Math.min(at + 1, text.length);
  }
  const format = dateFormats.get(flag) ?? 'MMYY';
  const start = format === 'MMYY' ? at : at + 1;
  const digits = text.slice(start, start + format.length);
  const date = dateOf(format, digits, reading.referenceYear);
  if (date === undefined) {
    return undefined;
  }
  reading.identifiers.expiresOn = date;
  if (format.endsWith('HH')) {
    const hour = Number(digits.slice(-2));
    if (hour > 23) {
      return undefined;
    }
    reading.identifiers.expiryHour = hour;
  }
  return start + format.length;
}

/** @returns the day; a month without a day means its last; JJJ counts the days of the year from 1. */
function dateOf(format: string, digits: string, referenceYear: number): IsoDate | undefined {
  if (digits.length !== format.length || !isDigits(digits)) {
    return undefined;
  }
  const field = (name: string) =>
    Number(digits.slice(format.indexOf(name), format.indexOf(name) + name.length));
  const year = fullYear(field('YY'), referenceYear);
  if (format.includes('JJJ')) {
    return dayOfYear(year, field('JJJ'));
  }
  const month = field('MM');
  if (month < 1 || month > 12) {
    return undefined;
  }
  return isoDate(year, month, format === 'MMYY' ? daysInMonth(year, month) : field('DD'));
}

function dayOfYear(year: number, ordinal: number): IsoDate | undefined {
  let day = ordinal;
  for (let month = 1; month <= 12; month += 1) {
    const length = daysInMonth(year, month);
    if (day <= length) {
      return isoDate(year, month, day);
    }
    day -= length;
  }
  return undefined;
}

/**
 * Reads a HIBC device identifier as databases list it: without the flag, and without the check character, which
 * some labelers left in (GUDID has both). A last character that is right as a check character is taken for one.
 */
export function readHibcDeviceIdentifier(text: string): ReadScheme {
  const unchecked = deviceIdentifier.exec(text.slice(0, -1));
  const checked = unchecked !== null && mod43(`+${text.slice(0, -1)}`) === text.slice(-1);
  const match = checked ? unchecked : deviceIdentifier.exec(text);
  if (match === null) {
    return refuse({ code: 'udi/unrecognised', position: 0 });
  }
  const identifiers = identifiersOf(match);
  return { ok: true, form: 'hibcDeviceIdentifier', elements: [{ ai: '+', value: match[0] }], identifiers };
}
