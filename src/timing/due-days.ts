import type { CronPattern } from 'croner';
import { type CalendarMonth, calendarMonth, monthOfDay, weekdayOf } from './calendar-month.js';

/** No pattern is due in the year 3000 or later. */
const END = 3000 * 12;

/** The bit of croner's weekdays that stands for the last one in the month; the first to fifth have 1 to 16. */
const LAST_IN_MONTH = 32;

/** How long each month of the year can be. */
const LENGTHS = [[31], [28, 29], [31], [30], [31], [30], [31], [31], [30], [31], [30], [31]];

/** Dates of a month as a set of bits, that of its first day being 1. */
type Dates = number;

/**
 * The days on which a cron pattern is due. Which dates of a month they are depends only on its length and on the
 * weekday it begins with: there are 28 kinds of months, so a month is one look at a set of bits.
 */
export class DueDays {
  private readonly months: readonly boolean[];
  private readonly ofKind: readonly Dates[];

  constructor(pattern: CronPattern) {
    this.months = pattern.month.map((flag) => flag !== 0);
    this.ofKind = Array.from({ length: 28 }, (_, kind) =>
      datesOf(pattern, 28 + Math.floor(kind / 7), kind % 7),
    );
  }

  /** Whether there is any such day. Each month begins with each weekday in some year, leap years included. */
  get any(): boolean {
    return LENGTHS.some(
      (lengths, month) =>
        this.months[month] && lengths.some((length) => this.kindsOf(length).some((dates) => dates !== 0)),
    );
  }

  /** The first such day from `day` on, or undefined when there is none before the year 3000. */
  next(day: number): number | undefined {
    let index = monthOfDay(day);
    if (index >= END || !this.any) return undefined;
    const { firstDay } = calendarMonth(index);
    let dates = this.dates(calendarMonth(index)) & (-1 << (day - firstDay));
    while (dates === 0) {
      do index++;
      while (!this.months[index % 12]);
      if (index >= END) return undefined;
      dates = this.dates(calendarMonth(index));
    }
    return calendarMonth(index).firstDay + lowest(dates);
  }

  /** How many such days lie in [from, to]. */
  count(from: number, to: number): number {
    let count = 0;
    for (let index = monthOfDay(from); index <= Math.min(monthOfDay(to), END - 1); index++) {
      if (this.months[index % 12]) count += size(this.datesWithin(index, from, to));
    }
    return count;
  }

  /** The days in [from, to], latest first. */
  *latestFirst(from: number, to: number): Generator<number> {
    for (let index = Math.min(monthOfDay(to), END - 1); index >= monthOfDay(from); index--) {
      let dates = this.months[index % 12] ? this.datesWithin(index, from, to) : 0;
      while (dates !== 0) {
        const date = highest(dates);
        yield calendarMonth(index).firstDay + date;
        dates &= ~(1 << date);
      }
    }
  }

  private datesWithin(index: number, from: number, to: number): Dates {
    const month = calendarMonth(index);
    const begin = Math.max(from - month.firstDay, 0);
    const end = Math.min(to - month.firstDay, month.length - 1);
    return end < begin ? 0 : this.dates(month) & (-1 << begin) & (-1 >>> (31 - end));
  }

  private dates({ index, firstDay, length }: CalendarMonth): Dates {
    if (!this.months[index % 12]) return 0;
    return this.ofKind[(length - 28) * 7 + weekdayOf(firstDay)] ?? 0;
  }

  private kindsOf(length: number): readonly Dates[] {
    return this.ofKind.slice((length - 28) * 7, (length - 27) * 7);
  }
}

/** The dates of a month of that length, whose first day is that weekday. */
function datesOf(pattern: CronPattern, length: number, firstWeekday: number): Dates {
  const weekday = (date: number): number => (firstWeekday + date) % 7;
  let dates = 0;
  const isNamed = namedDates(pattern, length, weekday);
  for (let date = 0; date < length; date++) {
    const named = isNamed(date);
    const place = (1 << Math.floor(date / 7)) | (date + 7 >= length ? LAST_IN_MONTH : 0);
    const onWeekday = ((pattern.dayOfWeek[weekday(date)] ?? 0) & place) !== 0;
    // Of date and weekday, what is `*` does not count; where both are given, either matches.
    const due = pattern.starDOW ? named : pattern.starDOM ? named && onWeekday : named || onWeekday;
    if (due) dates |= 1 << date;
  }
  return dates;
}

/** Whether the day-of-month field names a date: by number, as `L`, `LW`, or as the weekday nearest to a number. */
function namedDates(
  pattern: CronPattern,
  length: number,
  weekday: (date: number) => number,
): (date: number) => boolean {
  const named = new Set<number>();
  for (let date = 0; date < length; date++) {
    if (pattern.day[date]) named.add(date);
    if (pattern.nearestWeekdays[date]) named.add(nearestWeekday(date, length, weekday(date)));
  }
  if (pattern.lastDayOfMonth) named.add(length - 1);
  if (pattern.lastWeekday) named.add(nearestWeekday(length - 1, length, weekday(length - 1)));
  return (date) => named.has(date);
}

/** The date from Monday to Friday that is nearest to a date, in the same month. */
function nearestWeekday(date: number, length: number, weekday: number): number {
  if (weekday === 6) return date === 0 ? date + 2 : date - 1;
  if (weekday === 0) return date === length - 1 ? date - 2 : date + 1;
  return date;
}

const lowest = (dates: Dates): number => 31 - Math.clz32(dates & -dates);
const highest = (dates: Dates): number => 31 - Math.clz32(dates);

function size(dates: Dates): number {
  let count = 0;
  for (let rest = dates; rest !== 0; rest &= rest - 1) count++;
  return count;
}
