import { describe, expect, test } from '@jest/globals';
import { effort } from './effort.js';
import { nextOccurrence, type Timing } from './next-occurrence.js';
import { pastOccurrences } from './past-occurrences.js';

const timing = (schedule_interval: string, timezone: string, more: Partial<Timing> = {}): Timing => ({
  ...{ schedule_interval, timezone, start_at: null, end_at: null, id: 7 },
  ...{ created_at: new Date('2026-01-01T00:00:00Z'), ...more },
});

/** One by one, as slow and as right as can be. */
function counted(schedule: Timing, first: Date, until: Date): Date[] {
  const all: Date[] = [];
  for (let next: Date | null = first; next && next <= until; next = nextOccurrence(schedule, next))
    all.push(next);
  return all;
}

describe('pastOccurrences counts like counting', () => {
  const zones = [
    'UTC',
    'Europe/Berlin',
    'Australia/Lord_Howe',
    'Asia/Kolkata',
    'America/New_York',
    'Africa/Casablanca',
  ];
  const intervals = [
    '0,59 */3 * * * *',
    '* * * * *',
    '*/7 1-3 * * *',
    '0,30 2 * * *',
    '5-50/5 0-4 * * *',
    '0 0 * * *',
    '@every 47s',
  ];
  // Each stretch has a clock change in one of the zones.
  const stretches = [
    ['2026-03-28T21:17:30Z', '2026-03-29T22:00:00Z'],
    ['2026-10-24T20:59:59Z', '2026-10-25T20:10:00Z'],
    ['2026-10-03T09:00:00Z', '2026-10-04T09:00:00Z'],
    ['2026-04-04T10:30:00Z', '2026-04-05T09:45:01Z'],
    ['2026-07-01T00:00:00Z', '2026-07-01T23:59:59Z'],
  ] as const;

  test.each(intervals)('%s', (interval) => {
    for (const zone of zones) {
      for (const [from, to] of stretches) {
        const schedule = timing(interval, zone);
        const first = nextOccurrence(schedule, new Date(from));
        if (!first || first > new Date(to)) continue;
        const expected = counted(schedule, first, new Date(to));
        const past = pastOccurrences(schedule, first, new Date(to), 100);
        expect({ zone, from, count: past.count }).toEqual({ zone, from, count: expected.length });
        expect(past.latest).toEqual(expected.slice(-100));
      }
    }
  });

  test('within start_at and end_at', () => {
    const bounds = { start_at: new Date('2026-07-01T03:30:00Z'), end_at: new Date('2026-07-01T07:15:00Z') };
    for (const interval of ['* * * * *', '@every 7m']) {
      const schedule = timing(interval, 'UTC', bounds);
      const first = nextOccurrence(schedule, new Date('2026-07-01T00:00:00Z')) ?? new Date(0);
      const until = new Date('2026-07-02T00:00:00Z');
      const expected = counted(schedule, first, until);
      expect(pastOccurrences(schedule, first, until, 5)).toEqual({
        count: expected.length,
        latest: expected.slice(-5),
      });
    }
  });
});

describe('what it costs does not depend on how many there are', () => {
  /** Offsets, zones, patterns and occurrences that were looked for. */
  const steps = (work: () => void): number => {
    const taken = effort();
    work();
    return taken();
  };
  const newYork = (interval: string): Timing => timing(interval, 'America/New_York');
  const [first, until] = [new Date('2026-03-06T12:00:00Z'), new Date('2026-03-09T12:00:00Z')];

  test.each([
    ['* * * * * *', 3 * 86_400 + 1],
    ['0-59 * * * * *', 3 * 86_400 + 1],
    ['*/1 0-59 * * * *', 3 * 86_400 + 1],
    // What the gap skips is one occurrence, at its end, where there is one anyway.
    ['* 0-59 0-23 * * *', 3 * 86_400 + 1],
  ])('three days of %s across a clock change', (interval, count) => {
    const taken = steps(() => {
      expect(pastOccurrences(newYork(interval), first, until, 1).count).toBe(count);
    });
    expect(taken).toBeLessThan(200);
  });

  test('ten years of every second', () => {
    const tenYears = new Date('2036-03-06T12:00:00Z');
    const taken = steps(() => {
      expect(pastOccurrences(newYork('* * * * * *'), first, tenYears, 100).count).toBe(3653 * 86_400 + 1);
    });
    // An offset for each week, and twenty for each of 20 clock changes.
    expect(taken).toBeLessThan(1200);
  });

  test('what is known is not computed again', () => {
    pastOccurrences(newYork('7 * * * * *'), first, until, 1);
    expect(steps(() => pastOccurrences(newYork('7 * * * * *'), first, until, 1))).toBe(0);
  });
});

test('ten years of @every second are counted at once', () => {
  const schedule = timing('@every 1s', 'UTC');
  const past = pastOccurrences(
    schedule,
    new Date('2026-01-01T00:00:01Z'),
    new Date('2036-01-01T00:00:00Z'),
    3,
  );
  expect(past.count).toBe(315_532_800);
  expect(past.latest).toHaveLength(3);
});

test('@every second since 1970 is counted at once', () => {
  const schedule = timing('@every 1s', 'UTC', { created_at: new Date(0) });
  const past = pastOccurrences(schedule, new Date(1000), new Date('2026-01-01T00:00:00Z'), 100);
  expect(past.count).toBe(Date.UTC(2026, 0, 1) / 1000);
  expect(past.latest.at(-1)).toEqual(new Date('2026-01-01T00:00:00Z'));
});
