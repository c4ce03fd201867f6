import { describe, expect, test } from '@jest/globals';
import { intervalFault, nextOccurrence, type Timing, upcomingOccurrences } from './next-occurrence.js';

const timing = (schedule_interval: string, timezone = 'UTC', more: Partial<Timing> = {}): Timing => ({
  ...{ schedule_interval, timezone, start_at: null, end_at: null, id: 7 },
  ...{ created_at: new Date('2026-01-01T00:00:00.250Z'), ...more },
});

const upcoming = (interval: string, zone: string, after: string, count: number): string[] =>
  upcomingOccurrences(timing(interval, zone), new Date(after), count).map((instant) =>
    instant.toISOString().replace(':00.000Z', 'Z'),
  );

describe('nextOccurrence', () => {
  test.each([
    ['* * * * *', '2026-11-22T10:00Z', ['2026-11-22T10:01Z', '2026-11-22T10:02Z']],
    ['0 9 * * MON-FRI', '2026-11-20T09:00Z', ['2026-11-23T09:00Z', '2026-11-24T09:00Z']],
    ['0 0 * * 0', '2026-11-22T10:00Z', ['2026-11-29T00:00Z']],
    ['0 0 * * 7', '2026-11-22T10:00Z', ['2026-11-29T00:00Z']],
    ['0 0 1,15 * MON', '2026-11-22T10:00Z', ['2026-11-23T00:00Z', '2026-11-30T00:00Z', '2026-12-01T00:00Z']],
    ['0 0 L * ?', '2026-11-22T10:00Z', ['2026-11-30T00:00Z', '2026-12-31T00:00Z']],
    ['0 0 15W * *', '2026-08-01T00:00Z', ['2026-08-14T00:00Z', '2026-09-15T00:00Z']],
    ['0 0 LW * *', '2026-10-01T00:00Z', ['2026-10-30T00:00Z']],
    ['0 0 * * 5L', '2026-11-22T10:00Z', ['2026-11-27T00:00Z', '2026-12-25T00:00Z']],
    ['0 0 * * FRI#2', '2026-11-22T10:00Z', ['2026-12-11T00:00Z']],
    ['0 0 29 FEB *', '2026-11-22T10:00Z', ['2028-02-29T00:00Z', '2032-02-29T00:00Z']],
    ['5-20/5 8 * * *', '2026-11-22T10:00Z', ['2026-11-23T08:05Z', '2026-11-23T08:10Z', '2026-11-23T08:15Z']],
    ['@yearly', '2026-11-22T10:00Z', ['2027-01-01T00:00Z', '2028-01-01T00:00Z']],
    ['@annually', '2026-11-22T10:00Z', ['2027-01-01T00:00Z']],
    ['@monthly', '2026-11-22T10:00Z', ['2026-12-01T00:00Z']],
    ['@weekly', '2026-11-22T10:00Z', ['2026-11-29T00:00Z']],
    ['@daily', '2026-11-22T10:00Z', ['2026-11-23T00:00Z']],
    ['@midnight', '2026-11-22T10:00Z', ['2026-11-23T00:00Z']],
    ['@hourly', '2026-11-22T10:00Z', ['2026-11-22T11:00Z', '2026-11-22T12:00Z']],
  ])('%s after %s', (interval, after, expected) => {
    expect(upcoming(interval, 'UTC', after, expected.length)).toEqual(expected);
  });

  test('what a gap skips fires at its end, also when asked a millisecond before', () => {
    const daily = timing('30 2 * * *', 'Europe/Berlin');
    const end = new Date('2030-03-31T01:00:00.000Z');
    expect(nextOccurrence(daily, new Date(end.getTime() - 1))).toEqual(end);
    expect(nextOccurrence(daily, end)).toEqual(new Date('2030-04-01T00:30:00.000Z'));
  });

  test('is strictly after the instant given, to the millisecond', () => {
    const at = new Date('2026-11-22T10:00:00.000Z');
    expect(nextOccurrence(timing('* * * * * *'), at)).toEqual(new Date('2026-11-22T10:00:01.000Z'));
    expect(nextOccurrence(timing('* * * * * *'), new Date(at.getTime() - 1))).toEqual(at);
    expect(nextOccurrence(timing('* * * * * *'), new Date(at.getTime() + 999))).toEqual(
      new Date('2026-11-22T10:00:01.000Z'),
    );
  });

  test('answers the same in whatever order it is asked', () => {
    const days = ['2026-11-25', '2026-11-22', '2026-11-24', '2026-11-23', '2026-11-22'];
    const answers = days.map((day) => upcoming('0 9 * * *', 'UTC', `${day}T12:00Z`, 1)[0]);
    expect(answers).toEqual([
      '2026-11-26T09:00Z',
      '2026-11-23T09:00Z',
      '2026-11-25T09:00Z',
      '2026-11-24T09:00Z',
      '2026-11-23T09:00Z',
    ]);
  });
});

describe('clock changes (Berlin: gap 2026-03-29 02:00-03:00, repeated hour 2026-10-25 02:00-03:00)', () => {
  test.each([
    // Fixed times: once, at the end of the gap; once, at the first pass.
    ['30 2 * * *', '2026-03-28T12:00Z', ['2026-03-29T01:00Z', '2026-03-30T00:30Z']],
    ['30 2 * * *', '2026-10-24T12:00Z', ['2026-10-25T00:30Z', '2026-10-26T01:30Z']],
    ['0,30 2 * * *', '2026-03-28T12:00Z', ['2026-03-29T01:00Z', '2026-03-30T00:00Z']],
    ['0-30/30 2 * * *', '2026-03-28T12:00Z', ['2026-03-29T01:00Z', '2026-03-30T00:00Z']],
    ['0-30/30 2 * * *', '2026-10-24T12:00Z', ['2026-10-25T00:00Z', '2026-10-25T00:30Z', '2026-10-26T01:00Z']],
    ['5 3 * * *', '2026-03-28T12:00Z', ['2026-03-29T01:05Z']],
    // Patterns with * follow real time: not in the gap, twice in the repeated hour.
    ['*/30 2 * * *', '2026-03-28T12:00Z', ['2026-03-30T00:00Z', '2026-03-30T00:30Z']],
    ['*/30 2 * * *', '2026-10-24T12:00Z', ['2026-10-25T00:00Z', '2026-10-25T00:30Z', '2026-10-25T01:00Z']],
    ['30 * * * *', '2026-03-29T00:00Z', ['2026-03-29T00:30Z', '2026-03-29T01:30Z']],
    ['30 * * * *', '2026-10-25T00:00Z', ['2026-10-25T00:30Z', '2026-10-25T01:30Z', '2026-10-25T02:30Z']],
  ])('%s after %s', (interval, after, expected) => {
    expect(upcoming(interval, 'Europe/Berlin', after, expected.length)).toEqual(expected);
  });

  test('a clock change of half an hour', () => {
    // Lord Howe: from 02:00 to 02:30 on 2026-10-04, back from 02:00 to 01:30 on 2026-04-05.
    expect(upcoming('15 2 * * *', 'Australia/Lord_Howe', '2026-10-03T00:00Z', 1)).toEqual([
      '2026-10-03T15:30Z',
    ]);
    expect(upcoming('45 1 * * *', 'Australia/Lord_Howe', '2026-04-04T12:00Z', 2)).toEqual([
      '2026-04-04T14:45Z',
      '2026-04-05T15:15Z',
    ]);
  });
});

describe('H', () => {
  const minutes = (interval: string, id: number): number[] =>
    upcomingOccurrences(timing(interval, 'UTC', { id }), new Date('2026-11-21T23:59:59Z'), 4).map((at) =>
      at.getUTCMinutes(),
    );

  test('stands for the same value of a schedule always, and for others of other schedules', () => {
    const values = Array.from({ length: 500 }, (_, id) => minutes('H * * * *', id));
    for (const four of values) expect(new Set(four).size).toBe(1);
    // 500 draws of 60 values: all 60 turn up, with great likelihood, and the hash does not change.
    expect(new Set(values.flat()).size).toBe(60);
    expect(minutes('H * * * *', 7)).toEqual(minutes('H * * * *', 7));
  });

  test('keeps to its range, and to its step', () => {
    for (let id = 0; id < 200; id++) {
      expect(minutes('H(10-19) * * * *', id).every((minute) => minute >= 10 && minute <= 19)).toBe(true);
      const [first = 0, ...others] = minutes('H/15 * * * *', id);
      expect(first).toBeLessThan(15);
      expect(others).toEqual([first + 15, first + 30, first + 45]);
      const ranged = minutes('H(0-29)/10 * * * *', id);
      expect(ranged.slice(0, 3)).toEqual([ranged[0], (ranged[0] ?? 0) + 10, (ranged[0] ?? 0) + 20]);
    }
  });

  test('as day of the month is a day that every month has', () => {
    for (let id = 0; id < 100; id++) {
      const [at] = upcomingOccurrences(timing('H H H * *', 'UTC', { id }), new Date('2027-02-01T00:00Z'), 1);
      expect(at?.getUTCMonth()).toBe(1);
    }
  });
});

describe('@every', () => {
  test('counts from creation, in whole seconds, and creation is no occurrence', () => {
    expect(upcoming('@every 90s', 'UTC', '2026-01-01T00:00:00.250Z', 2)).toEqual([
      '2026-01-01T00:01:30.000Z',
      '2026-01-01T00:03Z',
    ]);
  });

  test('counts from start_at, which is one', () => {
    const every = timing('@every 1h30m', 'UTC', { start_at: new Date('2026-06-01T09:00Z') });
    const at = upcomingOccurrences(every, new Date('2026-01-01T00:00Z'), 2).map((instant) =>
      instant.toISOString(),
    );
    expect(at).toEqual(['2026-06-01T09:00:00.000Z', '2026-06-01T10:30:00.000Z']);
  });

  test('follows real time through a clock change', () => {
    expect(upcoming('@every 12h', 'Europe/Berlin', '2026-03-28T18:00Z', 3)).toEqual([
      '2026-03-29T00:00Z',
      '2026-03-29T12:00Z',
      '2026-03-30T00:00Z',
    ]);
  });
});

describe('a date-time', () => {
  test.each([
    ['2026-06-01T10:00', 'Europe/Berlin', '2026-06-01T08:00Z'],
    ['2026-06-01T10:00:00.250', 'UTC', '2026-06-01T10:00:00.250Z'],
    ['2026-06-01T10:00Z', 'Europe/Berlin', '2026-06-01T10:00Z'],
    ['2026-06-01T10:00+05:30', 'Europe/Berlin', '2026-06-01T04:30Z'],
    ['2026-03-29T02:30', 'Europe/Berlin', '2026-03-29T01:00Z'],
    ['2026-10-25T02:30', 'Europe/Berlin', '2026-10-25T00:30Z'],
    ['2026-12-31T23:59:59', 'Pacific/Kiritimati', '2026-12-31T09:59:59.000Z'],
    ['2026-12-31T23:59:59', 'Pacific/Niue', '2027-01-01T10:59:59.000Z'],
  ])('%s in %s is once, at %s', (interval, zone, expected) => {
    expect(upcoming(interval, zone, '2026-01-01T00:00Z', 2)).toEqual([expected]);
    expect(upcoming(interval, zone, '2028-01-01T00:00Z', 2)).toEqual([]);
  });
});

describe('start_at and end_at', () => {
  test('bound the occurrences, both included', () => {
    const bounded = timing('0 * * * *', 'UTC', {
      start_at: new Date('2026-06-01T09:00Z'),
      end_at: new Date('2026-06-01T11:00Z'),
    });
    const at = upcomingOccurrences(bounded, new Date('2026-01-01T00:00Z'), 9).map((instant) =>
      instant.getUTCHours(),
    );
    expect(at).toEqual([9, 10, 11]);
  });
});

describe('intervalFault', () => {
  test.each([
    '@every 1s',
    '@every 2d3h',
    'H H(0-7) * * *',
    'H/15,3 * * * *',
    '2030-01-31T09:00',
    '* * * * *',
    ' 0  9 * * 1-5 ',
    '@Daily',
    '0 0 1 JAN *',
    '*/5 * * * * *',
    '? ? ? ? ?',
  ])('finds nothing wrong with %j', (interval) => {
    expect(intervalFault(interval)).toBeUndefined();
  });

  test.each([
    ['', /5 fields/],
    ['* * * *', /5 fields/],
    ['* * * * * * *', /5 fields/],
    ['60 * * * *', /Invalid value for minute: 60/],
    ['* * 32 * *', /Invalid value/],
    ['* * * 13 *', /Invalid value/],
    ['* * * * 8', /Invalid value/],
    ['5-1 * * * *', /larger/],
    ['*/0 * * * *', /stepping/],
    ['a b c d e', /5 fields/],
    ['0 0 * * +MON', /no field/],
    ['0 0 * * MON; DROP TABLE', /5 fields/],
    ['@fortnightly', /@yearly.*"@fortnightly" is none of them/],
    ['@reboot', /none of them/],
    ['H/0 * * * *', /"H\/0" is no H/],
    ['H(10-70) * * * *', /H\(0-59\)/],
    ['H5 * * * *', /is no H/],
    ['@every', /period/],
    ['@every 0s', /period/],
    ['@every 500ms', /period/],
    ['@every 1.5h', /period/],
    ['@every 9999d', /period/],
    ['2030-02-30T09:00', /does not/],
    ['2030-01-31T25:00', /does not/],
    ['2030-01-31', /does not/],
    ['2030-01-31T09:00+99:00', /does not/],
    ['0 0 30 2 *', /never/],
    ['0 0 31 4,6,9,11 *', /never/],
    ['x'.repeat(20_000), /at most 256 characters/],
    [null, /5 fields/],
    [5, /5 fields/],
  ])('says what would be right instead of %j', (interval, message) => {
    expect(intervalFault(interval)).toMatch(message);
  });

  test.each(['0 0 30 2 *', '0 0 31W 4 *', 'x'.repeat(20_000), '0 0 31 2,4,6,9,11 *'])(
    'takes less than 50 ms of the processor for %s',
    (interval) => {
      intervalFault('* * * * *');
      // Not by the clock on the wall: other tests run at the same time.
      const before = process.cpuUsage();
      intervalFault(interval);
      const { user, system } = process.cpuUsage(before);
      expect((user + system) / 1000).toBeLessThan(50);
    },
  );
});
