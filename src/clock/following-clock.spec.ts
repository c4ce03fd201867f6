import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { FollowingClock } from './following-clock.js';

const at = (ms: number): Date => new Date(1_900_000_000_000 + ms);

let clock: FollowingClock;
beforeEach(() => {
  jest.useFakeTimers({ now: at(0) });
  clock = new FollowingClock();
});
afterEach(() => {
  jest.useRealTimers();
});

test('shows what the other clock shows, and says what this computer shows then', () => {
  expect(clock.now()).toEqual(at(0));
  clock.measured(at(5000), at(0), at(0));
  expect(clock.now()).toEqual(at(5000));
  expect(clock.driftMs).toBe(5000);
  expect(clock.onThisComputer(at(6000))).toEqual(at(1000));
  jest.setSystemTime(at(300));
  expect(clock.now()).toEqual(at(5300));
});

test('a difference that the way to the server explains changes nothing', () => {
  clock.measured(at(15), at(0), at(40));
  expect(clock.driftMs).toBe(0);
  clock.measured(at(100), at(0), at(40));
  expect(clock.driftMs).toBe(80);
});

test('stands still rather than go back a little, and goes back when it was far ahead', () => {
  clock.measured(at(400), at(0), at(0));
  expect(clock.now()).toEqual(at(400));
  clock.measured(at(100), at(0), at(0));
  expect(clock.now()).toEqual(at(400));
  jest.setSystemTime(at(500));
  expect(clock.now()).toEqual(at(600));
  clock.measured(at(-60_000), at(500), at(500));
  expect(clock.now()).toEqual(at(-60_000));
});
