import { CronPattern } from 'croner';
import { LRUCache } from 'lru-cache';
import { DayTimes } from './day-times.js';
import { DueDays } from './due-days.js';
import { A_PATTERN, spend } from './effort.js';

const DAY_S = 86_400;

/**
 * The readings at which a cron pattern is due on a clock that is never set. A reading is what the clock shows, taken
 * for UTC, in milliseconds. croner reads the pattern. Its own search is not used: it takes 20 µs for the next second,
 * and milliseconds where matches are decades apart. This one takes 1 µs, and 10 µs for the rarest pattern there is.
 */
export class PatternCalendar {
  private readonly days: DueDays;
  private readonly times: DayTimes;

  constructor(pattern: string) {
    const parsed = new CronPattern(pattern, undefined, { mode: '6-part' });
    this.days = new DueDays(parsed);
    this.times = new DayTimes(parsed);
  }

  /** Whether there is any such reading. */
  get everDue(): boolean {
    return this.days.any;
  }

  /** The first reading after one, or null when there is none before the year 3000. */
  next(after: number): number | null {
    const second = Math.floor(after / 1000) + 1;
    const today = Math.floor(second / DAY_S);
    let day = this.days.next(today);
    if (day === today) {
      const time = this.times.next(second - today * DAY_S);
      if (time !== undefined) return (today * DAY_S + time) * 1000;
      day = this.days.next(today + 1);
    }
    return day === undefined ? null : (day * DAY_S + this.times.first) * 1000;
  }

  /** How many readings lie in (after, last]. */
  count(after: number, last: number): number {
    if (last <= after) return 0;
    const first = Math.floor(after / 1000) + 1;
    const end = Math.floor(last / 1000);
    const firstDay = Math.floor(first / DAY_S);
    const endDay = Math.floor(end / DAY_S);
    if (firstDay === endDay) return this.countOfDay(firstDay, first, end);
    return (
      this.countOfDay(firstDay, first, end) +
      this.days.count(firstDay + 1, endDay - 1) * this.times.all +
      this.countOfDay(endDay, first, end)
    );
  }

  /** The readings in (after, last], latest first. */
  *latestFirst(after: number, last: number): Generator<number> {
    const first = Math.floor(after / 1000) + 1;
    const end = Math.floor(last / 1000);
    for (const day of this.days.latestFirst(Math.floor(first / DAY_S), Math.floor(end / DAY_S))) {
      const midnight = day * DAY_S;
      for (const time of this.times.latestFirst(first - midnight, end - midnight)) {
        yield (midnight + time) * 1000;
      }
    }
  }

  /** How many readings of a day lie in [first, end], in seconds. */
  private countOfDay(day: number, first: number, end: number): number {
    if (this.days.count(day, day) === 0) return 0;
    return this.times.count(Math.max(first - day * DAY_S, 0), Math.min(end - day * DAY_S, DAY_S - 1));
  }
}

// Schedules share them. One takes about 1.5 KB.
const calendars = new LRUCache<string, PatternCalendar>({ max: 5000 });

/** The calendar of a pattern of 6 fields. */
export function calendarOf(pattern: string): PatternCalendar {
  let calendar = calendars.get(pattern);
  if (!calendar) {
    spend(A_PATTERN);
    calendar = new PatternCalendar(pattern);
    calendars.set(pattern, calendar);
  }
  return calendar;
}
