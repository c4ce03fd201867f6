import { Cron } from 'croner';
import { LRUCache } from 'lru-cache';
import { type ClockChange, firstClockChange } from './clock-change.js';
import { followsWallClock } from './schedule-interval.js';
import { offsetAt } from './time-zone.js';

// A Cron object takes 83 KB (measured): schedules share it.
const crons = new LRUCache<string, Cron>({ max: 250 });

/** One pattern in one zone, with its latest answer: every instant in [after, next) has the same `next`. */
interface Answer {
  readonly after: number;
  readonly next: number;
}
const answers = new LRUCache<string, Answer>({ max: 5000 });

/**
 * The first instant after `after` at which a cron pattern is due on the clocks of a zone, or null.
 *
 * Clock changes follow Debian's cron (cron(8), "Daylight Saving Time and other time changes"): a pattern whose
 * minute or hour starts with `*` fires whenever the clock on the wall shows a time that matches; any other names
 * fixed times, each of which fires once, a repeated one at its first pass, a skipped one at the end of the gap.
 */
export function nextOfPattern(pattern: string, timezone: string, after: number): number | null {
  const key = `${timezone} ${pattern}`;
  let answer = answers.get(key);
  if (!answer || after < answer.after || after >= answer.next) {
    const next = search(pattern, timezone, after);
    answer = { after, next: next ?? Infinity };
    answers.set(key, answer);
  }
  return Number.isFinite(answer.next) ? answer.next : null;
}

/**
 * The next reading of a clock that is never set, after the reading `after`. croner, asked for UTC, is the
 * calendar; what clock changes do is decided here, because croner 11 lets a fixed time fall into a gap that
 * ends at midnight and be lost (23:30 in America/Scoresbysund on 2026-03-28).
 */
function nextReading(pattern: string, after: number): number | null {
  let cron = crons.get(pattern);
  if (!cron) {
    cron = new Cron(pattern, { timezone: 'UTC', mode: '6-part', paused: true });
    crons.set(pattern, cron);
  }
  return cron.nextRun(new Date(after))?.getTime() ?? null;
}

/** Between two clock changes a clock is never set: look stretch by stretch. */
function search(pattern: string, timezone: string, after: number): number | null {
  const fixed = !followsWallClock(pattern);
  let offset = offsetAt(timezone, after + 1);
  // Fixed times do not fire for readings that were shown before.
  let shown = fixed ? shownBefore(timezone, after + 1) : -Infinity;
  for (let begin = after; ;) {
    const reading = nextReading(pattern, Math.max(begin + offset, shown));
    if (reading === null) return null;
    const change = firstClockChange(timezone, begin + 1, reading - offset);
    if (!change) return reading - offset;
    // A reading the clock skips is, for a fixed time, the end of the gap.
    if (fixed && reading < change.at + change.after) return change.at;
    begin = change.at - 1;
    offset = change.after;
    if (fixed) shown = repeatedUntil(change);
  }
}

/** The last reading that a clock shows for the second time, when it does so at an instant; else one long past. */
function shownBefore(timezone: string, instant: number): number {
  const change = firstClockChange(timezone, instant - 2 * 86_400_000, instant);
  return change ? repeatedUntil(change) : -Infinity;
}

/** The last reading that the clock shows again after a change, being set back. */
const repeatedUntil = ({ at, before }: ClockChange): number => at + before - 1;
