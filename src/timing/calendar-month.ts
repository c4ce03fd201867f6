export const DAY_MS = 86_400_000;

/** A month of the calendar. Days are counted from 1970-01-01, which was day 0. */
export interface CalendarMonth {
  /** Months since the year 0. */
  readonly index: number;
  readonly firstDay: number;
  readonly length: number;
}

const firstDayOf = (index: number): number => Date.UTC(Math.floor(index / 12), index % 12, 1) / DAY_MS;

export function calendarMonth(index: number): CalendarMonth {
  const firstDay = firstDayOf(index);
  return { index, firstDay, length: firstDayOf(index + 1) - firstDay };
}

/** Which month of the calendar, as an index, a day is in. */
export function monthOfDay(day: number): number {
  const date = new Date(day * DAY_MS);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

/** The weekday of a day, Sunday being 0. 1970-01-01 was a Thursday. */
export const weekdayOf = (day: number): number => (((day + 4) % 7) + 7) % 7;
