/**
 * Days in which Chinese deadlines count. Working days are those of the State Council's yearly notice, days worked
 * in lieu of a holiday included (package chinese-days). The day of the event itself does not count.
 */
import chineseDays from 'chinese-days';

const { isWorkday } = chineseDays;

/** @param day `YYYY-MM-DD` @returns the day so many days later */
export function addCalendarDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** @param day `YYYY-MM-DD` @returns the last of so many working days after it */
export function addWorkingDays(day: string, days: number): string {
  let counted = 0;
  let current = day;
  while (counted < days) {
    current = addCalendarDays(current, 1);
    if (isWorkday(current)) counted += 1;
  }
  return current;
}

/**
 * Whether the holidays of the day's year are known: the next year's are published in late autumn. 1 to 3 October
 * are holidays of every year, and at most two of them fall on a weekend.
 */
export function calendarIsPublished(day: string): boolean {
  const year = day.slice(0, 4);
  return ['01', '02', '03'].every((october) => !isWorkday(`${year}-10-${october}`));
}
