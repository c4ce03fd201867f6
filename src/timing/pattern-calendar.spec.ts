import { describe, expect, test } from '@jest/globals';
import { Cron } from 'croner';
import fc from 'fast-check';
import { patternWith, secondField } from '../../test/support/pattern-arbitrary.js';
import { PatternCalendar } from './pattern-calendar.js';

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
