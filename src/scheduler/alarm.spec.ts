import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { newAlarm } from './alarm.js';

const BEGIN = 1_900_000_000_000;
const WAIT_MS = 1000;

let ticks: number;
beforeEach(() => {
  ticks = 0;
  jest.useFakeTimers({ now: BEGIN });
});
afterEach(() => {
  jest.useRealTimers();
});

const start = (msUntil: () => number): void => {
  const timing = { msUntil, longestMs: 60_000 };
  newAlarm(new Date(BEGIN + WAIT_MS), timing, () => ticks++).start();
};

test('ticks once, at its instant', () => {
  start(() => BEGIN + WAIT_MS - Date.now());
  jest.advanceTimersByTime(WAIT_MS - 1);
  expect(ticks).toBe(0);
  jest.advanceTimersByTime(1);
  expect(ticks).toBe(1);
  jest.advanceTimersByTime(120_000);
  expect(ticks).toBe(1);
});

test('ticks, and throws nothing, when the instant is past though the timer finds itself early', () => {
  let clock = BEGIN;
  start(() => BEGIN + WAIT_MS - clock);
  // The timer goes by a reading that was taken later than the one its wait was computed from.
  clock = BEGIN + WAIT_MS + 1;
  jest.setSystemTime(BEGIN - 2);
  jest.advanceTimersByTime(WAIT_MS);
  jest.advanceTimersByTime(1);
  expect(ticks).toBe(1);
});

test.each([0, -1, -86_400_000])('ticks at once when it is %s ms to its instant, and throws nothing', (ms) => {
  start(() => ms);
  jest.advanceTimersByTime(5);
  expect(ticks).toBe(1);
});

test('waits no longer than it may, however far its instant is', () => {
  start(() => 40 * 86_400_000);
  jest.advanceTimersByTime(59_999);
  expect(ticks).toBe(0);
  jest.advanceTimersByTime(1);
  expect(ticks).toBe(1);
});
