import { LRUCache } from 'lru-cache';
import { offsetAt } from './time-zone.js';

/** A zone's clock is set: at the instant `at`, its offset from UTC goes from `before` to `after` (milliseconds). */
export interface ClockChange {
  readonly at: number;
  readonly before: number;
  readonly after: number;
}

/** Offsets are asked for at the ends of weeks. */
const WEEK = 7 * 86_400_000;

interface Week {
  /** The offset at the end of the week. */
  readonly offset: number;
  readonly change: ClockChange | undefined;
}
const weeks = new LRUCache<string, Week>({ max: 20_000 });

/** The clock changes of a zone in (from, to]. Two that undo each other within a week are not seen. */
export function clockChanges(timezone: string, from: number, to: number): ClockChange[] {
  const changes: ClockChange[] = [];
  for (let week = weekOf(from); week <= weekOf(to); week++) {
    const { change } = knownWeek(timezone, week);
    if (change && change.at > from && change.at <= to) changes.push(change);
  }
  return changes;
}

/** The first clock change of a zone in (from, to]. */
export function firstClockChange(timezone: string, from: number, to: number): ClockChange | undefined {
  for (let week = weekOf(from); week <= weekOf(to); week++) {
    const { change } = knownWeek(timezone, week);
    if (change && change.at > from) return change.at <= to ? change : undefined;
  }
  return undefined;
}

const weekOf = (instant: number): number => Math.floor(instant / WEEK);

function knownWeek(timezone: string, number: number): Week {
  const key = `${timezone} ${String(number)}`;
  let week = weeks.get(key);
  if (!week) {
    const before = weeks.get(`${timezone} ${String(number - 1)}`)?.offset;
    week = search(timezone, number * WEEK - 1, before);
    weeks.set(key, week);
  }
  return week;
}

/** The week that begins after an instant. `known` is the offset at that instant, if it is known. */
function search(timezone: string, begin: number, known: number | undefined): Week {
  const before = known ?? offsetAt(timezone, begin);
  const after = offsetAt(timezone, begin + WEEK);
  if (before === after) return { offset: after, change: undefined };
  return { offset: after, change: { at: changeWithin(timezone, begin, begin + WEEK), before, after } };
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
