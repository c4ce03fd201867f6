import { LRUCache } from 'lru-cache';
import { type ClockChange, clockChanges, firstClockChange } from './clock-change.js';
import { AN_OCCURRENCE, spend } from './effort.js';
import { calendarOf } from './pattern-calendar.js';
import { followsWallClock } from './schedule-interval.js';
import { offsetAt } from './time-zone.js';

/** The readings of a clock differ by 30 hours at most from what they would be had it never been set. */
const NEAR = 2 * 86_400_000;
const FAR = 5 * 86_400_000;

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

/** Between two clock changes a clock is never set: look stretch by stretch. */
function search(pattern: string, timezone: string, after: number): number | null {
  spend(AN_OCCURRENCE);
  const calendar = calendarOf(pattern);
  let clock = clockAt(timezone, after, !followsWallClock(pattern));
  for (;;) {
    const reading = calendar.next(lastShown(clock));
    if (reading === null) return null;
    const instant = reading - clock.offset;
    // Nothing matches on the way to a reading that is far off, so only the clock changes next to either end matter.
    const far = instant - clock.since > FAR;
    const change = firstClockChange(timezone, clock.since, far ? clock.since + NEAR : instant);
    if (!change) {
      if (!far) return instant;
      clock = clockAt(timezone, instant - NEAR, clock.fixed);
    } else {
      if (clock.fixed && reading < change.at + change.after) return change.at;
      clock = changed(clock, change, change.at - 1);
    }
  }
}

/** Occurrences in (after, last] between two clock changes, or the one at the end of a gap. */
export interface Stretch {
  readonly count: number;
  /** The instants, latest first. */
  readonly latestFirst: () => Iterable<number>;
}

/**
 * All occurrences in (after, last], by the rule of {@link nextOfPattern}, without computing each: between two clock
 * changes they are as many as the readings the pattern names there.
 */
export function stretchesOfPattern(
  pattern: string,
  timezone: string,
  after: number,
  last: number,
): Stretch[] {
  const calendar = calendarOf(pattern);
  const stretches: Stretch[] = [];
  let clock = clockAt(timezone, after, !followsWallClock(pattern));
  const until = (end: number): void => {
    const { offset } = clock;
    const [from, to] = [lastShown(clock), end + offset];
    stretches.push({
      count: calendar.count(from, to),
      *latestFirst() {
        for (const reading of calendar.latestFirst(from, to)) yield reading - offset;
      },
    });
  };
  for (const change of clockChanges(timezone, after, last)) {
    until(change.at - 1);
    // All that the clock skips is, for fixed times, one occurrence at the end of the gap.
    const skipped =
      clock.fixed && calendar.count(lastShownAt(clock, change.at - 1), change.at + change.after - 1) > 0;
    if (skipped) stretches.push({ count: 1, latestFirst: () => [change.at] });
    clock = changed(clock, change, skipped ? change.at : change.at - 1);
  }
  until(last);
  return stretches;
}

/** A zone's clock from an instant on. */
interface ZoneClock {
  /** Occurrences after this instant are looked for. */
  readonly begin: number;
  /** Clock changes up to this instant are taken account of. */
  readonly since: number;
  readonly offset: number;
  /** Whether each reading counts only once. */
  readonly fixed: boolean;
  /** The last reading that does not count, because the clock showed it before. */
  readonly repeated: number;
}

function clockAt(timezone: string, instant: number, fixed: boolean): ZoneClock {
  const recent = fixed ? clockChanges(timezone, instant - NEAR, instant) : [];
  const repeated = Math.max(-Infinity, ...recent.map(repeatedUntil));
  return { begin: instant, since: instant, offset: offsetAt(timezone, instant), fixed, repeated };
}

const changed = ({ fixed, repeated }: ZoneClock, change: ClockChange, begin: number): ZoneClock => ({
  begin,
  since: change.at,
  offset: change.after,
  fixed,
  repeated: fixed ? Math.max(repeated, repeatedUntil(change)) : repeated,
});

/** The last reading before those that count: one that the clock shows at an instant, or one that it repeats. */
const lastShownAt = ({ offset, repeated }: ZoneClock, instant: number): number =>
  Math.max(instant + offset, repeated);

const lastShown = (clock: ZoneClock): number => lastShownAt(clock, clock.begin);

/** The last reading that the clock shows again after a change, being set back. */
const repeatedUntil = ({ at, before }: ClockChange): number => at + before - 1;
