/**
 * Calendar days. Expiry, registrations and licences are printed as days without a time zone; they are compared
 * with the day that the server's clock shows in China (Asia/Shanghai, UTC+8, no daylight saving since 1991),
 * where the hospitals are. Days are ISO 8601 texts (`YYYY-MM-DD`), so they compare as texts.
 */
import { daysInMonth } from '../identifiers/calendar-date.ts';

const shanghai = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'Asia/Shanghai',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
});

const eightHoursMs = 8 * 60 * 60_000;
/** Since then China has kept UTC+8 all the year round; and ISO 8601 has years of four digits up to the other end. */
const plain = { fromMs: Date.UTC(1992, 0, 1), untilMs: Date.UTC(9999, 11, 31) };

/** @returns the day in China at that moment, `YYYY-MM-DD`. */
export function dayInChina(moment: Date): string {
  const ms = moment.getTime();
  // A recall list asks it twice a use, and the calendar's own way takes ten times as long.
  if (ms >= plain.fromMs && ms < plain.untilMs) return new Date(ms + eightHoursMs).toISOString().slice(0, 10);
  return shanghai.format(moment);
}

/**
 * Moves a day by whole months; where the month is shorter, its last day (31 May less 3 months is 28 or 29 February).
 * @param day `YYYY-MM-DD` @param months may be negative
 */
export function addMonths(day: string, months: number): string {
  const [year = 0, month = 0, dayOfMonth = 0] = day.split('-').map(Number);
  const index = year * 12 + (month - 1) + months;
  const newYear = Math.floor(index / 12);
  const newMonth = index - newYear * 12 + 1;
  const newDay = Math.min(dayOfMonth, daysInMonth(newYear, newMonth));
  return [
    String(newYear).padStart(4, '0'),
    String(newMonth).padStart(2, '0'),
    String(newDay).padStart(2, '0'),
  ].join('-');
}

/** A span of days, both inclusive; without `validTo` it has no end. */
export interface Validity {
  readonly validFrom: string;
  readonly validTo?: string;
}

/** @returns whether the day lies in the span, its first and last day included. */
export function isValidOn({ validFrom, validTo }: Validity, day: string): boolean {
  return validFrom <= day && (validTo === undefined || day <= validTo);
}
