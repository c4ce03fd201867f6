import { expect, test } from '@jest/globals';
import { isTimeZone } from './time-zone.js';

test.each(['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires', 'Asia/Kolkata', 'Etc/GMT+5', 'EST5EDT'])(
  '%s is a zone',
  (name) => {
    expect(isTimeZone(name)).toBe(true);
  },
);

test.each(['', 'Mars', '+02:00', 'UTC+2', 'Europe/Berlin; x', 'x'.repeat(20_000)])('%s is none', (name) => {
  expect(isTimeZone(name)).toBe(false);
});
