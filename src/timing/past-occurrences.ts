import { LRUCache } from 'lru-cache';
import { firstClockChange } from './clock-change.js';
import { DayTimes } from './day-times.js';
import { nextOccurrence, type Timing } from './next-occurrence.js';
import { followsWallClock, parseInterval, patternOf } from './schedule-interval.js';
import { offsetAt } from './time-zone.js';

const DAY = 86_400_000;

/** Occurrences in a stretch of time: how many there were, and the latest of them, in order. */
export interface PastOccurrences {
  readonly count: number;
  readonly latest: readonly Date[];
}

/** So many occurrences in a row: one, or those of (a part of) a day in which the clock is not set. */
interface Stretch {
  readonly count: number;
  readonly latestFirst: () => Iterable<number>;
}

// Many schedules that share a pattern wake up from the same downtime.
const known = new LRUCache<string, PastOccurrences>({ max: 1000 });

/**
 * The occurrences from `first`, which is one, to `until`, with the latest `keep` of them. A per-second schedule
 * has 86,400 a day, at 90 µs each to compute; so days in which nothing about the clock is special are counted by
 * multiplication.
 */
export function pastOccurrences(timing: Timing, first: Date, until: Date, keep: number): PastOccurrences {
  const end = Math.min(until.getTime(), timing.end_at?.getTime() ?? Infinity);
  const interval = parseInterval(timing.schedule_interval);
  switch (interval.kind) {
    case 'once':
      return { count: 1, latest: [first] };
    case 'every':
      return periodic(first.getTime(), end, interval.periodMs, keep);
    case 'cron': {
      // Patterns are due on whole seconds.
      const last = Math.max(Math.floor(end / 1000) * 1000, first.getTime());
      const pattern = patternOf(interval, timing.id);
      const key = [pattern, timing.timezone, timing.start_at?.getTime(), first.getTime(), last, keep].join(
        ' ',
      );
      const past = known.get(key) ?? patterned(pattern, timing, first, last, keep);
      known.set(key, past);
      return past;
    }
  }
}

function periodic(first: number, last: number, period: number, keep: number): PastOccurrences {
  const count = Math.floor((last - first) / period) + 1;
  const kept = Math.min(count, keep);
  return {
    count,
    latest: Array.from({ length: kept }, (_, n) => new Date(first + (count - kept + n) * period)),
  };
}

function patterned(
  pattern: string,
  timing: Timing,
  first: Date,
  last: number,
  keep: number,
): PastOccurrences {
  const times = new DayTimes(pattern);
  const stretches: Stretch[] = [];
  let count = 0;
  let next: Date | null = first;
  while (next && next.getTime() <= last) {
    const at: number = next.getTime();
    const day = steadyDay(timing.timezone, followsWallClock(pattern), at);
    const stretch = day === undefined ? single(at) : partOf(day, times, at, last);
    stretches.push(stretch);
    count += stretch.count;
    next = nextOccurrence(timing, day === undefined ? next : new Date(day + DAY - 1));
  }
  const latest: Date[] = [];
  for (let n = stretches.length - 1; n >= 0 && latest.length < keep; n--) {
    for (const instant of stretches[n]?.latestFirst() ?? []) {
      if (latest.push(new Date(instant)) === keep) break;
    }
  }
  return { count, latest: latest.reverse() };
}

const single = (instant: number): Stretch => ({ count: 1, latestFirst: () => [instant] });

/** The occurrences from `from`, which is one, to `last`, of the day that begins at the instant `day`. */
function partOf(day: number, times: DayTimes, from: number, last: number): Stretch {
  const after = Math.floor((from - day) / 1000) + 1;
  const end = Math.floor((Math.min(last, day + DAY - 1) - day) / 1000);
  return {
    count: 1 + times.count(after, end),
    *latestFirst() {
      for (const second of times.latestFirst(after, end)) yield day + second * 1000;
      yield from;
    },
  };
}

/**
 * The instant at which the local day of an occurrence begins, when its occurrences are what the fields say: no
 * clock change in it, nor, for a pattern of fixed times, within the day around it, which could move one here or
 * away.
 */
function steadyDay(timezone: string, wild: boolean, instant: number): number | undefined {
  const offset = offsetAt(timezone, instant);
  const day = Math.floor((instant + offset) / DAY) * DAY - offset;
  const margin = wild ? 0 : DAY;
  return firstClockChange(timezone, day - margin - 1, day + DAY - 1 + margin) ? undefined : day;
}
