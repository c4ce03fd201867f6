import { expect, test } from '@jest/globals';
import { describeInterval } from './describe-interval.js';

test.each([
  ['0 9 * * MON-FRI', 'At 09:00, Monday through Friday'],
  ['*/15 * * * * *', 'Every 15 seconds'],
  ['? 5 * * ?', 'Every minute, between 05:00 and 05:59'],
  ['@daily', 'At 00:00'],
  ['0 0 LW * *', 'At 00:00, on the last weekday of the month'],
  ['@every 90s', 'Every 1 minute 30 seconds'],
  ['@every 1h', 'Every hour'],
  ['@every 36h', 'Every 1 day 12 hours'],
  ['2030-01-31T09:00', 'Once, on 2030-01-31 at 09:00'],
  ['2030-01-31T09:00:30Z', 'Once, on 2030-01-31 at 09:00:30 (UTC)'],
  ['2030-01-31T09:00:00.250+05:30', 'Once, on 2030-01-31 at 09:00:00.250 (UTC+05:30)'],
  ['0 0 * * 6#L', 'At the times of the cron expression 0 0 * * 6#L'],
])('%s', (interval, description) => {
  expect(describeInterval(interval, 7)).toBe(description);
});
