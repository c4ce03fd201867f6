import { offsetAt } from './time-zone.js';

/** A zone's clock is set: at the instant `at`, its offset from UTC goes from `before` to `after` (milliseconds). */
export interface ClockChange {
  readonly at: number;
  readonly before: number;
  readonly after: number;
}

const WEEK = 7 * 86_400_000;

/** The clock changes of a zone in (from, to]. Two that undo each other within a week are not seen. */
export function clockChanges(timezone: string, from: number, to: number): ClockChange[] {
  const changes: ClockChange[] = [];
  for (let begin = from; begin < to; begin += WEEK) {
    const end = Math.min(begin + WEEK, to);
    const before = offsetAt(timezone, begin);
    const after = offsetAt(timezone, end);
    if (before !== after) changes.push({ at: changeWithin(timezone, begin, end), before, after });
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
