import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { FollowingClock } from './following-clock.js';

const at = (ms: number): Date => new Date(1_900_000_000_000 + ms);

let clock: FollowingClock;
let begin: number;
beforeEach(() => {
  jest.useFakeTimers({ now: at(0) });
  clock = new FollowingClock();
  begin = clock.elapsedMs();
});
afterEach(() => {
  jest.useRealTimers();
});

/** The other clock showed this, so long after the begin. */
const measured = (shown: Date, before: number, after: number): void => {
  clock.measured(shown, begin + before, begin + after);
};

test('shows what the other clock shows, and goes on as time elapses', () => {
  expect(clock.now()).toEqual(at(0));
  measured(at(5000), 0, 0);
  expect(clock.now()).toEqual(at(5000));
  expect(clock.driftMs).toBe(5000);
  expect(clock.msUntil(at(6000))).toBe(1000);
  jest.advanceTimersByTime(300);
  expect(clock.now()).toEqual(at(5300));
  expect(clock.msUntil(at(6000))).toBe(700);
});

test('what this computer shows does not matter', () => {
  measured(at(5000), 0, 0);
  for (const shown of [at(172_800_000), at(-172_800_000)]) {
    jest.setSystemTime(shown);
    expect(clock.now()).toEqual(at(5000));
    expect(clock.msUntil(at(6000))).toBe(1000);
  }
  expect(clock.driftMs).toBe(5000 + 172_800_000);
});

test('a difference that the way to the server explains changes nothing', () => {
  measured(at(15), 0, 40);
  expect(clock.driftMs).toBe(0);
  measured(at(100), 0, 40);
  expect(clock.driftMs).toBe(80);
});

test('stands still rather than go back a little, and goes back when it was far ahead', () => {
  measured(at(400), 0, 0);
  expect(clock.now()).toEqual(at(400));
  measured(at(100), 0, 0);
  expect(clock.now()).toEqual(at(400));
  jest.advanceTimersByTime(500);
  expect(clock.now()).toEqual(at(600));
  measured(at(-60_000), 500, 500);
  expect(clock.now()).toEqual(at(-60_000));
});
