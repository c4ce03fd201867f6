import { describe, expect, test } from '@jest/globals';
import { type Clock, SystemClock } from '../clock/clock.js';
import { InProcessRunQueue } from './in-process.run-queue.js';
import type { QueuedRun } from './run-queue.js';

const clock: Clock = new SystemClock();

/** Runs that are available at once. */
const runs = (...ids: number[]): QueuedRun[] =>
  ids.map((id) => ({ id, available_at: new Date(0), lane: null }));

/** A consumer whose runs end when told to. */
function manualConsumer(): {
  started: number[];
  finish: (id: number) => Promise<void>;
  consume: (id: number) => Promise<void>;
} {
  const started: number[] = [];
  const ends = new Map<number, () => void>();
  return {
    started,
    consume: (id) => {
      started.push(id);
      return new Promise((resolve) => ends.set(id, resolve));
    },
    finish: async (id) => {
      ends.get(id)?.();
      await new Promise(setImmediate);
    },
  };
}

describe('InProcessRunQueue', () => {
  test('delivers in order, at most so many at a time', async () => {
    const queue = new InProcessRunQueue(2, 2, clock);
    const consumer = manualConsumer();
    queue.add(runs(1, 2, 3));
    queue.consume(consumer.consume);
    queue.add(runs(4));
    expect(consumer.started).toEqual([1, 2]);
    await consumer.finish(2);
    expect(consumer.started).toEqual([1, 2, 3]);
    await consumer.finish(1);
    expect(consumer.started).toEqual([1, 2, 3, 4]);
  });

  test('holds any number', async () => {
    const queue = new InProcessRunQueue(100, 2, clock);
    const seen: number[] = [];
    queue.consume((id) => {
      seen.push(id);
      return Promise.resolve();
    });
    const ids = Array.from({ length: 50_000 }, (_, id) => id);
    queue.add(runs(...ids));
    while (seen.length < ids.length) await new Promise(setImmediate);
    expect(seen).toEqual(ids);
  });

  test('closing waits for what is running, and starts nothing more', async () => {
    const queue = new InProcessRunQueue(1, 2, clock);
    const consumer = manualConsumer();
    queue.consume(consumer.consume);
    queue.add(runs(1, 2));
    let closed = false;
    const closing = queue.close(60_000).then(() => (closed = true));
    await new Promise(setImmediate);
    expect(closed).toBe(false);
    await consumer.finish(1);
    await closing;
    expect(consumer.started).toEqual([1]);
  });

  test('closing waits no longer than the grace', async () => {
    const queue = new InProcessRunQueue(1, 2, clock);
    queue.consume(manualConsumer().consume);
    queue.add(runs(1));
    await queue.close(10);
  });

  test('a run waits until it is available, and holds up no other', async () => {
    const queue = new InProcessRunQueue(1, 2, clock);
    const seen: number[] = [];
    const done = new Promise<void>((resolve) => {
      queue.consume((id) => {
        seen.push(id);
        if (id === 1) resolve();
        return Promise.resolve();
      });
    });
    const begun = clock.now().getTime();
    queue.add([{ id: 1, available_at: new Date(begun + 50), lane: null }, ...runs(2)]);
    await done;
    expect(seen).toEqual([2, 1]);
    expect(clock.now().getTime() - begun).toBeGreaterThanOrEqual(49);
  });

  test('no run is delivered a millisecond early, as timers may ring', async () => {
    const queue = new InProcessRunQueue(1000, 2, clock);
    const due = new Map<number, number>();
    let early = 0;
    const done = new Promise<void>((resolve) => {
      queue.consume((id) => {
        if (clock.now().getTime() < (due.get(id) ?? 0)) early++;
        due.delete(id);
        if (due.size === 0) resolve();
        return Promise.resolve();
      });
    });
    for (let id = 0; id < 500; id++) {
      const available_at = new Date(clock.now().getTime() + 5 + (id % 40));
      due.set(id, available_at.getTime());
      queue.add([{ id, available_at, lane: null }]);
    }
    await done;
    expect(early).toBe(0);
  });

  test('a run that is added twice is delivered once; one added while active, once more', async () => {
    const queue = new InProcessRunQueue(1, 2, clock);
    const consumer = manualConsumer();
    queue.add(runs(1, 1, 2));
    queue.consume(consumer.consume);
    queue.add(runs(1));
    await consumer.finish(1);
    await consumer.finish(2);
    await consumer.finish(1);
    expect(consumer.started).toEqual([1, 2, 1]);
  });

  test('a full lane holds up nothing but itself, and keeps its order', async () => {
    const queue = new InProcessRunQueue(4, 2, clock);
    const consumer = manualConsumer();
    const inLane = (lane: string, ...ids: number[]): QueuedRun[] =>
      runs(...ids).map((run) => ({ ...run, lane }));
    queue.consume(consumer.consume);
    queue.add([...inLane('slow', 1, 2, 3, 4, 5), ...inLane('quick', 6), ...runs(7, 8)]);
    expect(consumer.started).toEqual([1, 2, 6, 7]);
    // Offered again while it waits in its lane, a run still comes once.
    queue.add(inLane('slow', 3));
    await consumer.finish(6);
    expect(consumer.started).toEqual([1, 2, 6, 7, 8]);
    await consumer.finish(2);
    await consumer.finish(1);
    expect(consumer.started).toEqual([1, 2, 6, 7, 8, 3, 4]);
    for (const id of [3, 4, 7, 8, 5]) await consumer.finish(id);
    expect(consumer.started).toEqual([1, 2, 6, 7, 8, 3, 4, 5]);
    await queue.close(10_000);
  });
});
