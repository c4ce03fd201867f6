import { describe, expect, test } from '@jest/globals';
import { InProcessRunQueue } from './in-process.run-queue.js';

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
    const queue = new InProcessRunQueue(2);
    const consumer = manualConsumer();
    queue.add([1, 2, 3]);
    queue.consume(consumer.consume);
    queue.add([4]);
    expect(consumer.started).toEqual([1, 2]);
    await consumer.finish(2);
    expect(consumer.started).toEqual([1, 2, 3]);
    await consumer.finish(1);
    expect(consumer.started).toEqual([1, 2, 3, 4]);
  });

  test('holds any number', async () => {
    const queue = new InProcessRunQueue(100);
    const seen: number[] = [];
    queue.consume((id) => {
      seen.push(id);
      return Promise.resolve();
    });
    const ids = Array.from({ length: 50_000 }, (_, id) => id);
    queue.add(ids);
    while (seen.length < ids.length) await new Promise(setImmediate);
    expect(seen).toEqual(ids);
  });

  test('closing waits for what is running, and starts nothing more', async () => {
    const queue = new InProcessRunQueue(1);
    const consumer = manualConsumer();
    queue.consume(consumer.consume);
    queue.add([1, 2]);
    let closed = false;
    const closing = queue.close(60_000).then(() => (closed = true));
    await new Promise(setImmediate);
    expect(closed).toBe(false);
    await consumer.finish(1);
    await closing;
    expect(consumer.started).toEqual([1]);
  });

  test('closing waits no longer than the grace', async () => {
    const queue = new InProcessRunQueue(1);
    queue.consume(manualConsumer().consume);
    queue.add([1]);
    await queue.close(10);
  });
});
