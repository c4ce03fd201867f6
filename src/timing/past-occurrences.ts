import { LRUCache } from 'lru-cache';
import { stretchesOfPattern } from './cron-pattern.js';
import { LAST_INSTANT, nextOccurrence, type Timing } from './next-occurrence.js';
import { parseInterval, patternOf } from './schedule-interval.js';

/** Occurrences in a stretch of time: how many there were, and the latest of them, in order. */
export interface PastOccurrences {
  readonly count: number;
  readonly latest: readonly Date[];
}

// Many schedules that share a pattern wake up from the same downtime.
const known = new LRUCache<string, PastOccurrences>({ max: 1000 });

/**
 * The occurrences from `first`, which is one, to `until`, with the latest `keep` of them. They are counted, not
 * computed one by one: a second more costs nothing, a clock change or a year a few microseconds.
 */
export function pastOccurrences(timing: Timing, first: Date, until: Date, keep: number): PastOccurrences {
  const begin = first.getTime();
  const last = Math.min(until.getTime(), timing.end_at?.getTime() ?? Infinity, LAST_INSTANT);
  const interval = parseInterval(timing.schedule_interval);
  switch (interval.kind) {
    case 'once':
      return periodic(timing, first, last, 0, keep);
    case 'every':
      return periodic(timing, first, last, interval.periodMs, keep);
    case 'cron': {
      const pattern = patternOf(interval, timing.id);
      const after = Math.max(begin, (timing.start_at?.getTime() ?? -Infinity) - 1);
      // Patterns are due on whole seconds.
      const end = Math.floor(last / 1000) * 1000;
      const key = [pattern, timing.timezone, begin, after, end, keep].join(' ');
      const past = known.get(key) ?? patterned(pattern, timing.timezone, begin, after, end, keep);
      known.set(key, past);
      return past;
    }
  }
}

/** `first`, the occurrence that follows it, and from there on one with each `period`; 0 when none follows that. */
function periodic(timing: Timing, first: Date, last: number, period: number, keep: number): PastOccurrences {
  const second = nextOccurrence(timing, first)?.getTime() ?? Infinity;
  if (second > last) return { count: 1, latest: [first] };
  const further = period === 0 ? 0 : Math.floor((last - second) / period);
  const kept = Math.min(further + 1, keep);
  const latest = Array.from({ length: kept }, (_, n) => new Date(second + (further + 1 - kept + n) * period));
  return { count: further + 2, latest: kept < keep ? [first, ...latest] : latest };
}

function patterned(
  pattern: string,
  timezone: string,
  first: number,
  after: number,
  last: number,
  keep: number,
): PastOccurrences {
  const stretches = last > after ? stretchesOfPattern(pattern, timezone, after, last) : [];
  stretches.unshift({ count: 1, latestFirst: () => [first] });
  const latest: Date[] = [];
  for (let n = stretches.length - 1; n >= 0 && latest.length < keep; n--) {
    for (const instant of stretches[n]?.latestFirst() ?? []) {
      if (latest.push(new Date(instant)) === keep) break;
    }
  }
  return { count: stretches.reduce((sum, { count }) => sum + count, 0), latest: latest.reverse() };
}
