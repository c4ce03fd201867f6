import { expect, test } from '@jest/globals';
import { describeInterval } from './describe-interval.js';

test.each([
  ['0 9 * * MON-FRI', 'At 09:00, Monday through Friday'],
  ['*/15 * * * * *', 'Every 15 seconds'],
  ['? 5 * * ?', 'Every minute, between 05:00 and 05:59'],
  ['@daily', 'At 00:00'],
  ['0 0 LW * *', 'At 00:00, on the last weekday of the month'],
  ['0 0 * * 6#L', 'At the times of the cron expression 0 0 * * 6#L'],
])('%s', (interval, description) => {
  expect(describeInterval(interval)).toBe(description);
});
