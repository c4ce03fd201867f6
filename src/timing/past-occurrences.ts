import { LRUCache } from 'lru-cache';
import { nextOccurrence, type Timing } from './next-occurrence.js';
import { followsWallClock, occurrencesPerHour, parseInterval, patternOf } from './schedule-interval.js';
import { offsetAt } from './time-zone.js';

const HOUR = 3_600_000;

/** Occurrences in a stretch of time: how many there were, and the latest of them, in order. */
export interface PastOccurrences {
  readonly count: number;
  readonly latest: readonly Date[];
}

/** So many occurrences in a row. */
interface Stretch {
  readonly first: Date;
  readonly count: number;
}

// Many schedules that share a pattern wake up from the same downtime.
const known = new LRUCache<string, PastOccurrences>({ max: 1000 });

/**
 * The occurrences from `first`, which is one, to `until`, with the latest `keep` of them. A per-second schedule
 * has 86,400 a day, at 90 µs each to compute; so whole hours in which nothing about the clock is special are
 * counted by multiplication.
 */
export function pastOccurrences(timing: Timing, first: Date, until: Date, keep: number): PastOccurrences {
  const last = Math.min(until.getTime(), timing.end_at?.getTime() ?? Infinity);
  const interval = parseInterval(timing.schedule_interval);
  switch (interval.kind) {
    case 'once':
      return { count: 1, latest: [first] };
    case 'every':
      return periodic(first.getTime(), last, interval.periodMs, keep);
    case 'cron': {
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

function patterned(
  pattern: string,
  timing: Timing,
  first: Date,
  last: number,
  keep: number,
): PastOccurrences {
  const perHour = occurrencesPerHour(pattern);
  const wild = followsWallClock(pattern);
  const stretches: Stretch[] = [];
  let count = 0;
  let next: Date | null = first;
  while (next && next.getTime() <= last) {
    const hour = wholeHour(timing, wild, next, last);
    const stretch: Stretch = { first: next, count: hour === undefined ? 1 : perHour };
    stretches.push(stretch);
    count += stretch.count;
    next = nextOccurrence(timing, hour === undefined ? next : new Date(hour + HOUR - 1));
  }
  return { count, latest: latestOf(timing, stretches, last, keep) };
}

function periodic(first: number, last: number, period: number, keep: number): PastOccurrences {
  const count = Math.floor((last - first) / period) + 1;
  const kept = Math.min(count, keep);
  return {
    count,
    latest: Array.from({ length: kept }, (_, n) => new Date(first + (count - kept + n) * period)),
  };
}

function latestOf(timing: Timing, stretches: Stretch[], last: number, keep: number): Date[] {
  let start = stretches.length;
  for (let covered = 0; start > 0 && covered < keep; start--) covered += stretches[start - 1]?.count ?? 0;
  const occurrences: Date[] = [];
  let next: Date | null = stretches[start]?.first ?? null;
  while (next && next.getTime() <= last) {
    occurrences.push(next);
    next = nextOccurrence(timing, next);
  }
  return occurrences.slice(-keep);
}

/**
 * The start of the local hour whose first occurrence is `next`, when all of the hour has passed by `until` and
 * its occurrences are what the fields say: no clock change in it, nor, for a pattern of fixed times, within the
 * day around it, which could move one here or away.
 */
function wholeHour(timing: Timing, wild: boolean, next: Date, last: number): number | undefined {
  const { timezone, start_at } = timing;
  const offset = offsetAt(timezone, next.getTime());
  const hour = Math.floor((next.getTime() + offset) / HOUR) * HOUR - offset;
  if (hour + HOUR - 1 > last || (start_at && start_at.getTime() > hour)) return undefined;
  if (nextOccurrence(timing, new Date(hour - 1))?.getTime() !== next.getTime()) return undefined;
  const margin = wild ? 0 : 25 * HOUR;
  const steady = [hour - margin, hour + HOUR - 1 + margin].every((at) => offsetAt(timezone, at) === offset);
  return steady ? hour : undefined;
}
