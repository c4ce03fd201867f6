import { LRUCache } from 'lru-cache';
import { offsetAt } from './time-zone.js';

/** A zone's clock is set: at the instant `at`, its offset from UTC goes from `before` to `after` (milliseconds). */
export interface ClockChange {
  readonly at: number;
  readonly before: number;
  readonly after: number;
}

const WEEK = 7 * 86_400_000;

const years = new LRUCache<string, ClockChange[]>({ max: 2000 });

/** The clock changes of a zone in (from, to]. Two that undo each other within a week are not seen. */
export function clockChanges(timezone: string, from: number, to: number): ClockChange[] {
  const changes: ClockChange[] = [];
  for (let year = yearOf(from); year <= yearOf(to); year++) {
    changes.push(...changesOf(timezone, year).filter(({ at }) => at > from && at <= to));
  }
  return changes;
}

/** The first clock change of a zone in (from, to]. */
export function firstClockChange(timezone: string, from: number, to: number): ClockChange | undefined {
  for (let year = yearOf(from); year <= yearOf(to); year++) {
    const change = changesOf(timezone, year).find(({ at }) => at > from);
    if (change) return change.at <= to ? change : undefined;
  }
  return undefined;
}

const yearOf = (instant: number): number => new Date(instant).getUTCFullYear();

/** The clock changes of a zone in a calendar year of UTC. */
function changesOf(timezone: string, year: number): ClockChange[] {
  const key = `${timezone} ${String(year)}`;
  let changes = years.get(key);
  if (!changes) {
    changes = [];
    const end = Date.UTC(year + 1, 0, 1) - 1;
    for (let begin = Date.UTC(year, 0, 1) - 1; begin < end; begin += WEEK) {
      const stop = Math.min(begin + WEEK, end);
      const before = offsetAt(timezone, begin);
      const after = offsetAt(timezone, stop);
      if (before !== after) changes.push({ at: changeWithin(timezone, begin, stop), before, after });
    }
    years.set(key, changes);
  }
  return changes;
}

/** The first second at which the offset is no longer what it was at `begin`. */
function changeWithin(timezone: string, begin: number, end: number): number {
  const before = offsetAt(timezone, begin);
  let low = Math.floor(begin / 1000);
  let high = Math.ceil(end / 1000);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(timezone, middle * 1000) === before) low = middle;
    else high = middle;
  }
  return high * 1000;
}
