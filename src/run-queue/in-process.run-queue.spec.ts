import { beforeEach, expect, test } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import { Clock } from '../clock/clock.js';
import { InProcessRunQueue } from './in-process.run-queue.js';
import type { QueuedRun } from './run-queue.js';

const NOW = new Date('2030-01-01T12:00:00Z');
class StoppedClock extends Clock {
  now(): Date {
    return NOW;
  }
}

const run = (id: number, lane: string | null = null, wait = 0): QueuedRun => ({
  ...{ id, lane, owner_id: 1 },
  available_at: new Date(NOW.getTime() + wait),
});

let queue: InProcessRunQueue;
let delivered: number[];
let end: Map<number, () => void>;
beforeEach(() => {
  queue = new InProcessRunQueue(2, 1, new StoppedClock());
  delivered = [];
  end = new Map();
  queue.consume((id) => {
    delivered.push(id);
    return new Promise((resolve) => end.set(id, resolve));
  });
});

test('as many places are kept as are free, for nobody else', () => {
  const places = queue.reserve([run(1), run(2), run(3)]);
  expect(places.ids).toEqual([1, 2]);
  queue.add([run(4)]);
  expect(queue.reserve([run(5)]).ids).toEqual([]);
  expect(delivered).toEqual([]);
  expect(queue.depth()).toMatchObject({ active: 2, ready: 1 });
});

test('runs that are under way are delivered; the places of the others go to whoever waits', async () => {
  const places = queue.reserve([run(1), run(2)]);
  queue.add([run(3), run(4)]);
  places.fill(new Set([2]));
  expect(delivered).toEqual([2, 3]);
  end.get(2)?.();
  await turn();
  expect(delivered).toEqual([2, 3, 4]);
});

test('nobody is overtaken who waits for a place, or for one in the lane', () => {
  queue.add([run(1, 'lane'), run(2, 'lane')]);
  expect(queue.reserve([run(3, 'lane'), run(4, 'other')]).ids).toEqual([4]);
  expect(delivered).toEqual([1]);
});

test('a place in a lane that is given back goes to the next of the lane', () => {
  const places = queue.reserve([run(1, 'lane')]);
  queue.add([run(2, 'lane')]);
  places.fill(new Set());
  expect(delivered).toEqual([2]);
});

test('no place is kept for what must not start yet, nor once the queue closes', async () => {
  expect(queue.reserve([run(1, null, 1)]).ids).toEqual([]);
  await queue.close(0);
  expect(queue.reserve([run(2)]).ids).toEqual([]);
});
