import { daysInMonth, fullYear, referenceYearByDefault } from './calendar-date.ts';
import { firstOutside, set64 } from './character-sets.ts';
import { hasRightCheckDigit, isDigits } from './check-digit.ts';
import { checkPair } from './check-pair.ts';
import {
  countriesAlpha2,
  countriesNumeric,
  currenciesNumeric,
  mediaTypes,
  packageTypes,
} from './code-lists.ts';
import { isCouponCode, isPositiveOfferCoupon } from './coupon-checks.ts';
import type { UdiFaultCode } from './faults.ts';

/**
 * The checks that a component of an AI's value must pass, by the names that the AI table uses. A check sees one
 * component whose length and character set are right already; undefined means that it passes.
 */
export type AiCheck = (component: string) => UdiFaultCode | undefined;

function when(fault: UdiFaultCode, passes: (component: string) => boolean): AiCheck {
  return (component) => (passes(component) ? undefined : fault);
}

function dayExists(year: number, month: string, day: string, zeroDay: boolean): boolean {
  const m = Number(month);
  const d = Number(day);
  return m >= 1 && m <= 12 && d <= daysInMonth(year, m) && (d >= 1 || zeroDay);
}

function shortDate(zeroDay: boolean): AiCheck {
  return when('udi/date', (date) => {
    const year = fullYear(Number(date.slice(0, 2)), referenceYearByDefault);
    return dayExists(year, date.slice(2, 4), date.slice(4, 6), zeroDay);
  });
}

/** The shortest GS1 Company Prefix has four digits (GS1 General Specifications 1.4). */
function startsWithCompanyPrefix(offset: number): AiCheck {
  return when('udi/value', (key) => /^\d{4}/.test(key.slice(offset)));
}

function atMost(limit: number): AiCheck {
  return when('udi/value', (digits) => Number(digits) <= limit);
}

/** ISO 13616: at least eleven characters, a country, and a remainder of 1 by 97. */
function isIban(text: string): boolean {
  if (text.length <= 10 || !/^[A-Z0-9]*$/.test(text) || !countriesAlpha2.has(text.slice(0, 2))) {
    return false;
  }
  let remainder = 0;
  for (const character of text.slice(4) + text.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder === 1;
}

/** AI (7258): `position/total`, both from 1 and without leading zeros. */
function isPositionInSequence(text: string): boolean {
  const match = /^([1-9]\d*)\/([1-9]\d*)$/.exec(text);
  return match !== null && Number(match[1]) <= Number(match[2]);
}

/** Two digits of a piece's number and two of the total, both from 1. */
function isPieceOfTotal(text: string): boolean {
  const half = text.length / 2;
  const piece = Number(text.slice(0, half));
  return piece >= 1 && piece <= Number(text.slice(half));
}

const checks = {
  csum: when('udi/check-digit', hasRightCheckDigit),
  csumalpha: when(
    'udi/check-character',
    (text) => text.length > 2 && checkPair(text.slice(0, -2)) === text.slice(-2),
  ),
  gcppos1: startsWithCompanyPrefix(0),
  gcppos2: startsWithCompanyPrefix(1),
  hasnondigit: when('udi/value', (text) => !isDigits(text)),
  hh: when('udi/date', (hour) => Number(hour) <= 23),
  hhmi: when('udi/date', (time) => Number(time.slice(0, 2)) <= 23 && Number(time.slice(2)) <= 59),
  mi: when('udi/date', (minute) => Number(minute) <= 59),
  ss: when('udi/date', (second) => Number(second) <= 59),
  yymmd0: shortDate(true),
  yymmdd: shortDate(false),
  yyyymmdd: when('udi/date', (date) =>
    dayExists(Number(date.slice(0, 4)), date.slice(4, 6), date.slice(6, 8), false),
  ),
  hyphen: when('udi/value', (text) => text === '-'),
  iban: when('udi/value', isIban),
  importeridx: when('udi/value', (text) => firstOutside(set64, text, 0, text.length) === -1),
  iso3166: when('udi/value', (code) => countriesNumeric.has(code)),
  iso3166999: when('udi/value', (code) => code === '999' || countriesNumeric.has(code)),
  iso3166alpha2: when('udi/value', (code) => countriesAlpha2.has(code)),
  iso4217: when('udi/value', (code) => currenciesNumeric.has(code)),
  iso5218: when('udi/value', (code) => '0129'.includes(code)),
  latitude: atMost(1_800_000_000),
  longitude: atMost(3_600_000_000),
  mediatype: when('udi/value', (code) => mediaTypes.has(code)),
  packagetype: when('udi/value', (code) => packageTypes.has(code)),
  nonzero: when('udi/value', (digits) => Number(digits) !== 0),
  nozeroprefix: when('udi/value', (digits) => digits === '0' || !digits.startsWith('0')),
  zero: when('udi/value', (digits) => digits === '0'),
  pcenc: when('udi/value', (text) => !/%(?![0-9A-Fa-f]{2})/.test(text)),
  pieceoftotal: when('udi/value', isPieceOfTotal),
  posinseqslash: when('udi/value', isPositionInSequence),
  winding: when('udi/value', (digit) => '019'.includes(digit)),
  yesno: when('udi/value', (digit) => '01'.includes(digit)),
  couponcode: when('udi/value', isCouponCode),
  couponposoffer: when('udi/value', isPositiveOfferCoupon),
} as const satisfies Record<string, AiCheck>;

/** @returns the check of that name; the AI table's text is ours, so a name that is not there is a fault of ours. */
export function aiCheck(name: string): AiCheck {
  if (!Object.hasOwn(checks, name)) {
    throw new Error(`the AI table names a check that does not exist: ${name}`);
  }
  return checks[name as keyof typeof checks];
}
