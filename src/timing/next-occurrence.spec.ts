import { describe, expect, test } from '@jest/globals';
import { intervalFault, nextOccurrence, upcomingOccurrences } from './next-occurrence.js';

const upcoming = (interval: string, zone: string, after: string, count: number): string[] =>
  upcomingOccurrences(interval, zone, new Date(after), count).map((instant) =>
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

  test('is strictly after the instant given, to the millisecond', () => {
    const at = new Date('2026-11-22T10:00:00.000Z');
    expect(nextOccurrence('* * * * * *', 'UTC', at)).toEqual(new Date('2026-11-22T10:00:01.000Z'));
    expect(nextOccurrence('* * * * * *', 'UTC', new Date(at.getTime() - 1))).toEqual(at);
    expect(nextOccurrence('* * * * * *', 'UTC', new Date(at.getTime() + 999))).toEqual(
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

describe('intervalFault', () => {
  test.each(['* * * * *', ' 0  9 * * 1-5 ', '@Daily', '0 0 1 JAN *', '*/5 * * * * *', '? ? ? ? ?'])(
    'finds nothing wrong with %j',
    (interval) => {
      expect(intervalFault(interval)).toBeUndefined();
    },
  );

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
    ['0 0 30 2 *', /never/],
    ['0 0 31 4,6,9,11 *', /never/],
    ['x'.repeat(20_000), /at most 256 characters/],
    [null, /5 fields/],
    [5, /5 fields/],
  ])('says what would be right instead of %j', (interval, message) => {
    expect(intervalFault(interval)).toMatch(message);
  });

  test.each(['0 0 30 2 *', '0 0 31W 4 *', 'x'.repeat(20_000), '0 0 31 2,4,6,9,11 *'])(
    'takes less than 50 ms for %s',
    (interval) => {
      intervalFault('* * * * *');
      const begun = performance.now();
      intervalFault(interval);
      expect(performance.now() - begun).toBeLessThan(50);
    },
  );
});
