/** Dates without a time, as labels carry them. */

/** A day in ISO 8601 form, `YYYY-MM-DD`, that exists in the calendar. */
export type IsoDate = string & { readonly __isoDate: true };

/**
 * The year whose century decides about two-digit years where the caller names none. The window is a hundred years
 * wide, so dates of living devices read the same for decades; whoever has a clock passes today's year.
 */
export const referenceYearByDefault = 2026;

/** @returns how many days the month has; month 1–12. */
export function daysInMonth(year: number, month: number): number {
  if (month === 2) {
    const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
    return leap ? 29 : 28;
  }
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/**
 * The century of a two-digit year, GS1 General Specifications 7.12: 51–99 years ahead of this year means the last
 * century, 50–99 years behind it the next one.
 */
export function fullYear(twoDigits: number, referenceYear: number): number {
  const century = referenceYear - (referenceYear % 100);
  const ahead = twoDigits - (referenceYear % 100);
  if (ahead >= 51) {
    return century - 100 + twoDigits;
  }
  return ahead <= -50 ? century + 100 + twoDigits : century + twoDigits;
}

/** @returns the day in ISO form, or undefined where there is none; year 1–9999, month and day from 1. */
export function isoDate(year: number, month: number, day: number): IsoDate | undefined {
  if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) {
    return undefined;
  }
  const text = `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
  return text as IsoDate;
}

/** @returns the date, or undefined where the text is no `YYYY-MM-DD` of the calendar. */
export function parseIsoDate(text: string): IsoDate | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  return match === null ? undefined : isoDate(Number(match[1]), Number(match[2]), Number(match[3]));
}

/**
 * Reads `YYMMDD` as GS1 element strings write it; day `00` is the last day of the month (GS1 General
 * Specifications 3.4.2 to 3.4.7).
 * @param referenceYear the year in which the label is read; four digits.
 * @returns the date, or undefined where there is none.
 */
export function isoDateOfYymmdd(text: string, referenceYear = referenceYearByDefault): IsoDate | undefined {
  if (!/^\d{6}$/.test(text)) {
    return undefined;
  }
  const year = fullYear(Number(text.slice(0, 2)), referenceYear);
  const month = Number(text.slice(2, 4));
  const day = Number(text.slice(4, 6));
  if (month < 1 || month > 12) {
    return undefined;
  }
  return isoDate(year, month, day === 0 ? daysInMonth(year, month) : day);
}

/** @returns the date as element strings write it, `YYMMDD`. */
export function yymmddOfIsoDate(date: IsoDate): string {
  return date.slice(2, 4) + date.slice(5, 7) + date.slice(8, 10);
}
