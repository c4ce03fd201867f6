import { nextOfPattern } from './cron-pattern.js';
import type { LocalDateTime } from './date-time.js';
import { calendarOf } from './pattern-calendar.js';
import { InvalidInterval, parseInterval, patternOf, widestPattern } from './schedule-interval.js';

/** Nothing is due in the year 3000 or later: no calendar of today can be trusted so far. */
export const LAST_INSTANT = Date.UTC(3000, 0, 1) - 1;

/** What decides when a schedule is due. */
export interface Timing {
  readonly schedule_interval: string;
  /** An IANA time zone. */
  readonly timezone: string;
  /** No occurrence before; `@every` counts from it. */
  readonly start_at: Date | null;
  /** No occurrence after. */
  readonly end_at: Date | null;
  /** What `@every` counts from when there is no `start_at`, in whole seconds. */
  readonly created_at: Date;
  /** What `H` is a hash of. */
  readonly id: number;
}

/**
 * The first instant strictly after `after` at which a schedule is due, or null when there is none. Every
 * decision about time in the service is an answer of this function.
 *
 * Clock changes follow Debian's cron: patterns whose minute or hour starts with `*`, and `@every`, follow real
 * time; other times fire once, a skipped one at the end of the gap, a repeated one at its first pass.
 *
 * @throws InvalidInterval
 * @throws RangeError for an unknown zone
 */
export function nextOccurrence(timing: Timing, after: Date): Date | null {
  const { start_at, end_at } = timing;
  const begin = start_at ? Math.max(after.getTime(), start_at.getTime() - 1) : after.getTime();
  const next = unbounded(timing, begin);
  const end = Math.min(end_at?.getTime() ?? Infinity, LAST_INSTANT);
  return next === null || next > end ? null : new Date(next);
}

/** The next `count` occurrences after an instant. */
export function upcomingOccurrences(timing: Timing, after: Date, count: number): Date[] {
  const occurrences: Date[] = [];
  let next = nextOccurrence(timing, after);
  while (next && occurrences.length < count) {
    occurrences.push(next);
    next = nextOccurrence(timing, next);
  }
  return occurrences;
}

/**
 * What is wrong with a text that should be a `schedule_interval`, and what would be right; undefined when
 * nothing is. A pattern that never comes due, such as February 30, is wrong too.
 */
export function intervalFault(text: unknown): string | undefined {
  try {
    const interval = parseInterval(typeof text === 'string' ? text : '');
    if (interval.kind === 'cron' && !calendarOf(widestPattern(interval)).everDue) {
      return 'this expression never matches a date';
    }
    return undefined;
  } catch (error) {
    if (error instanceof InvalidInterval) return error.message;
    throw error;
  }
}

function unbounded(timing: Timing, after: number): number | null {
  const interval = parseInterval(timing.schedule_interval);
  switch (interval.kind) {
    case 'cron':
      return nextOfPattern(patternOf(interval, timing.id), timing.timezone, after);
    case 'every':
      return nextOfPeriod(timing, interval.periodMs, after);
    case 'once': {
      const instant = instantOf(interval.at, timing.timezone);
      return instant > after ? instant : null;
    }
  }
}

function nextOfPeriod({ start_at, created_at }: Timing, period: number, after: number): number {
  // `start_at` is itself an occurrence; creation is none, and its milliseconds do not count.
  const first = start_at ? start_at.getTime() : Math.floor(created_at.getTime() / 1000) * 1000 + period;
  return first + Math.max(0, Math.floor((after - first) / period) + 1) * period;
}

/** The instant at which a zone's clock shows that date-time, by the rule for fixed times. */
function instantOf({ utc, offsetMs }: LocalDateTime, timezone: string): number {
  if (offsetMs !== undefined) return utc - offsetMs;
  const local = new Date(utc);
  const pattern = [
    local.getUTCSeconds(),
    local.getUTCMinutes(),
    local.getUTCHours(),
    local.getUTCDate(),
    local.getUTCMonth() + 1,
    '*',
  ].join(' ');
  // No zone is further than 14 hours from UTC, and no clock change larger than a day.
  const instant = nextOfPattern(pattern, timezone, utc - 40 * 3_600_000) ?? utc;
  return instant + local.getUTCMilliseconds();
}
