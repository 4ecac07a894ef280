/**
 * The story's calendar. It ends yesterday evening in China, whatever day today is, so that what is near its expiry is
 * so when somebody looks; days are counted back from there. A seed gives the same facts on every day, their dates
 * shifted; on the same day it gives the same events to the last hash.
 */

const dayMs = 24 * 60 * 60_000;
/** Asia/Shanghai, without daylight saving since 1991. */
const offsetMs = 8 * 60 * 60_000;

export class Calendar {
  /** Midnight in China at the beginning of the last day, in milliseconds UTC. */
  readonly #lastDayMs: number;

  /** @param now the real time: the story's last day is the day before it in China */
  constructor(now: Date) {
    const today = Math.floor((now.getTime() + offsetMs) / dayMs);
    this.#lastDayMs = (today - 1) * dayMs - offsetMs;
  }

  /** @returns a moment so many days before the last day (0 is the last day itself), by the clock in China. */
  at(daysBefore: number, hour: number, minute = 0): Date {
    return new Date(this.#lastDayMs - daysBefore * dayMs + (hour * 60 + minute) * 60_000);
  }

  /** @returns `YYYY-MM-DD` */
  day(daysBefore: number): string {
    return new Date(this.#lastDayMs - daysBefore * dayMs + offsetMs).toISOString().slice(0, 10);
  }
}

/** @returns the moment as a hospital writes it, RFC 3339 with China's offset. */
export function inChina(at: Date): string {
  return new Date(at.getTime() + offsetMs).toISOString().replace(/\.\d{3}Z$/, '+08:00');
}

/** @returns the day so many months later; where that month is shorter, its last day. Both `YYYY-MM-DD`. */
export function monthsLater(day: string, months: number): string {
  const [year = 0, month = 0, dayOfMonth = 0] = day.split('-').map(Number);
  const lastOfMonth = new Date(Date.UTC(year, month + months, 0));
  const last = Math.min(dayOfMonth, lastOfMonth.getUTCDate());
  return `${lastOfMonth.toISOString().slice(0, 8)}${String(last).padStart(2, '0')}`;
}
