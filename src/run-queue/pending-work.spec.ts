import { expect, test } from '@jest/globals';
import { PendingWork } from './pending-work.js';

test('waits for all that was added and is not done, whatever ended meanwhile', async () => {
  const work = new PendingWork();
  const ends: (() => void)[] = [];
  for (let n = 0; n < 3; n++) work.add(new Promise((resolve) => ends.push(resolve)));
  ends[0]?.();
  let done = false;
  const waiting = work.done().then(() => (done = true));
  ends[2]?.();
  await new Promise(setImmediate);
  expect(done).toBe(false);
  ends[1]?.();
  await waiting;
  await work.done();
});

test('work that fails is done, too, and disturbs nobody', async () => {
  const work = new PendingWork();
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  work.add(Promise.reject(new Error('it failed')));
  await work.done();
  await new Promise(setImmediate);
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});
