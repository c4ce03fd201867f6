import { describe, expect, test } from '@jest/globals';
import { Cron } from 'croner';
import fc from 'fast-check';
import { clockChanges } from './clock-change.js';
import { nextOccurrence, type Timing } from './next-occurrence.js';
import { pastOccurrences } from './past-occurrences.js';
import { PatternCalendar } from './pattern-calendar.js';

// What is computed fast, beside the slow way: croner's own search, and going from one occurrence to the next.

/** A field of a cron pattern with values from `min` to `max`, in every spelling. */
function field(min: number, max: number): fc.Arbitrary<string> {
  const value = fc.integer({ min, max });
  const range = fc.tuple(value, value).map(([a, b]) => `${String(Math.min(a, b))}-${String(Math.max(a, b))}`);
  const step = fc.integer({ min: 1, max: max - min });
  return fc.oneof(
    fc.constant('*'),
    step.map((by) => `*/${String(by)}`),
    value.map(String),
    range,
    fc.tuple(range, step).map(([of, by]) => `${of}/${String(by)}`),
    fc.array(fc.oneof(value.map(String), range), { minLength: 2, maxLength: 4 }).map((items) => items.join()),
  );
}

const date = fc.integer({ min: 1, max: 31 }).map(String);
const dates = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('*', '?') },
  { weight: 3, arbitrary: field(1, 31) },
  fc.constantFrom('L', 'LW'),
  date.map((day) => `${day}W`),
  date.map((day) => `${day},L`),
  fc.tuple(date, date).map(([a, b]) => `${a}W,${b}`),
);

const weekday = fc.integer({ min: 0, max: 7 }).map(String);
const weekdays = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('*', '?') },
  { weight: 2, arbitrary: field(0, 7) },
  fc.tuple(weekday, fc.integer({ min: 1, max: 5 })).map(([day, nth]) => `${day}#${String(nth)}`),
  weekday.map((day) => `${day}L`),
  fc.tuple(weekday, weekday).map(([a, b]) => `${a}#5,${b}`),
);

const secondField = field(0, 59);

/** Cron patterns of 6 fields, some of which never come due. */
const patternWith = (second: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(second, field(0, 59), field(0, 23), dates, field(1, 12), weekdays)
    .map((fields) => fields.join(' '));

/** Cron patterns that are due often enough for a few days to have many occurrences. */
const dailyPatternWith = (second: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(second, field(0, 59), field(0, 23), fc.constantFrom('*', '*', '*/2', '1-15'))
    .map((fields) => [...fields, '*', '*'].join(' '));

const readable = (reading: number | null): string =>
  reading === null ? 'never' : new Date(reading).toISOString();

/** croner's own search: slow, and written by others. */
function byCroner(pattern: string, after: number): number | null {
  const cron = new Cron(pattern, { timezone: 'UTC', mode: '6-part', paused: true });
  return cron.nextRun(new Date(after))?.getTime() ?? null;
}

const reading = fc.integer({ min: Date.UTC(1970, 0, 2), max: Date.UTC(2200, 0, 1) });

describe('the calendar of a pattern', () => {
  test('has the next reading that croner finds', () => {
    fc.assert(
      fc.property(
        patternWith(secondField),
        fc.array(reading, { minLength: 3, maxLength: 3 }),
        (pattern, readings) => {
          const calendar = new PatternCalendar(pattern);
          for (const after of readings) {
            expect(readable(calendar.next(after))).toBe(readable(byCroner(pattern, after)));
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test('knows that a pattern never comes due', () => {
    fc.assert(
      fc.property(patternWith(fc.constant('0')), (pattern) => {
        expect(new PatternCalendar(pattern).everDue).toBe(byCroner(pattern, 0) !== null);
      }),
      { numRuns: 300 },
    );
    for (const never of ['0 0 0 30 2 *', '0 0 0 31 2,4,6,9,11 *', '0 0 0 30W 2 ?', '* * * 31 4 *']) {
      const calendar = new PatternCalendar(never);
      expect([calendar.everDue, calendar.next(0)]).toEqual([false, null]);
    }
  });

  test('counts and lists readings as going from one to the next does', () => {
    const span = fc.integer({ min: 0, max: 400 * 86_400 });
    fc.assert(
      fc.property(patternWith(fc.constantFrom('0', '59')), reading, span, (pattern, after, seconds) => {
        const calendar = new PatternCalendar(pattern);
        const expected: number[] = [];
        let last = after + seconds * 1000;
        for (let next = calendar.next(after); next !== null && next <= last; next = calendar.next(next)) {
          expected.push(next);
          if (expected.length === 3000) last = next;
        }
        expect(calendar.count(after, last)).toBe(expected.length);
        expect([...calendar.latestFirst(after, last)].reverse()).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  test('finds what is 40 years off, and ends with the year 2999', () => {
    const fifthMonday = new PatternCalendar('0 0 0 * 2 1#5');
    expect(readable(fifthMonday.next(Date.UTC(2072, 2, 1)))).toBe('2112-02-29T00:00:00.000Z');
    expect(fifthMonday.next(Date.UTC(2999, 0, 1))).toBeNull();
    const last = Date.UTC(2999, 11, 31, 23, 59, 59);
    const always = new PatternCalendar('* * * * * *');
    expect([always.next(last - 1), always.next(last), always.count(last - 1000, last + 5000)]).toEqual([
      last,
      null,
      1,
    ]);
  });
});

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

/** Zones whose clocks do something odd: by half an hour, at midnight, by a day, against the season, twice a month. */
const ODD_ZONES = [
  ...['Australia/Lord_Howe', 'Pacific/Apia', 'Africa/Casablanca', 'America/Scoresbysund', 'Asia/Beirut'],
  ...['America/Sao_Paulo', 'Antarctica/Troll', 'Pacific/Kwajalein', 'America/New_York', 'America/Havana'],
  ...['Europe/Dublin', 'Africa/Cairo', 'Asia/Tehran', 'Asia/Gaza', 'America/Caracas', 'UTC'],
];

/** An instant of one of these zones: near one of its clock changes, where it has any. */
const zoneAndInstant = fc.constantFrom(...ODD_ZONES).chain((zone) => {
  const changes = clockChanges(zone, Date.UTC(1990, 0, 1), Date.UTC(2060, 0, 1)).map(({ at }) => at);
  return fc.tuple(
    fc.constant(zone),
    fc.constantFrom(...(changes.length > 0 ? changes : [Date.UTC(2026, 5, 1)])),
  );
});

describe.each([
  // Seconds before and after the instant; one by one, many take long.
  ['minutes', fc.constantFrom('0', '59'), 40 * 3600, 100],
  ['seconds', secondField, 3600, 20],
] as const)('around clock changes, %s', (_name, second, most, numRuns) => {
  const seconds = fc.integer({ min: 1, max: most });

  test('it is the slow way, for any pattern, zone and stretch of time', () => {
    fc.assert(
      fc.property(
        ...[dailyPatternWith(second), zoneAndInstant, seconds, seconds, fc.constantFrom(1, 100)],
        fc.boolean(),
        (pattern, [zone, instant], before, after, keep, bounded) => {
          const [from, until] = [new Date(instant - before * 1000), new Date(instant + after * 1000)];
          const bounds = { start_at: from, end_at: new Date(until.getTime() - 60_000) };
          const schedule = timing(pattern, zone, bounded ? bounds : {});
          const first = nextOccurrence(schedule, new Date(from.getTime() - 1));
          if (!first || first > until) return;
          const expected = counted(schedule, first, until);
          const past = pastOccurrences(schedule, first, until, keep);
          expect({ count: past.count, latest: past.latest.map(String) }).toEqual({
            count: expected.length,
            latest: expected.slice(-keep).map(String),
          });
        },
      ),
      { numRuns },
    );
  }, 60_000);
});
