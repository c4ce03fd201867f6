import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import { SystemClock } from '../../src/clock/clock.js';
import { RedisConnections } from '../../src/redis/redis-connections.js';
import { BullMqRunQueue } from '../../src/run-queue/bullmq.run-queue.js';
import { InProcessRunQueue } from '../../src/run-queue/in-process.run-queue.js';
import type { QueuedRun, RunQueue } from '../../src/run-queue/run-queue.js';
import { ManualConsumer } from '../support/manual-consumer.js';
import { describeRedis, RedisServer, someRedis } from '../support/redis-server.js';
import { until } from '../support/until.js';

/** What every run queue promises. */
interface Engine {
  start: () => Promise<void>;
  open: (concurrency: number, concurrencyPerLane: number) => Promise<RunQueue>;
  /** How many runs wait for a place, wherever the queue keeps them. */
  waiting: (queue: RunQueue) => Promise<number>;
  stop: () => Promise<void>;
}

const clock = new SystemClock();

/** Runs that are available at once. */
const runs = (...ids: number[]): QueuedRun[] =>
  ids.map((id) => ({ id, available_at: new Date(0), lane: null, owner_id: 1 }));

const inLane = (lane: string, ...ids: number[]): QueuedRun[] => runs(...ids).map((run) => ({ ...run, lane }));

const ofOwner = (owner_id: number | null, ...ids: number[]): QueuedRun[] =>
  runs(...ids).map((run) => ({ ...run, owner_id }));

const numbers = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);

class BullMqEngine implements Engine {
  private server: RedisServer | undefined;
  private url = '';
  private readonly connections: RedisConnections[] = [];
  private readonly prefix = `{contract-${String(process.pid)}-${String(clock.now().getTime())}`;

  async start(): Promise<void> {
    if (someRedis === 'own') this.server = await RedisServer.start();
    this.url = this.server?.url ?? someRedis ?? '';
  }

  async open(concurrency: number, concurrencyPerLane: number): Promise<RunQueue> {
    const redis = await RedisConnections.open(this.url);
    const prefix = `${this.prefix}-${String(this.connections.push(redis))}}`;
    return new BullMqRunQueue(concurrency, concurrencyPerLane, clock, redis, prefix);
  }

  async waiting(queue: RunQueue): Promise<number> {
    const { wait = 0 } = await (queue as BullMqRunQueue).jobCounts();
    return wait;
  }

  async stop(): Promise<void> {
    for (const connections of this.connections) connections.close();
    if (this.server) return this.server.stop();
    const client = new Redis(this.url);
    for await (const keys of client.scanStream({ match: `${this.prefix}*` }) as AsyncIterable<string[]>) {
      if (keys.length > 0) await client.del(...keys);
    }
    client.disconnect();
  }
}

const inProcess: Engine = {
  start: () => Promise.resolve(),
  open: (concurrency, perLane) => Promise.resolve(new InProcessRunQueue(concurrency, perLane, clock)),
  waiting: (queue) => Promise.resolve(queue.depth().ready + queue.depth().held),
  stop: () => Promise.resolve(),
};

function contract(engine: Engine): void {
  let queue: RunQueue;
  beforeAll(() => engine.start());
  afterEach(() => queue.close(0));
  afterAll(() => engine.stop());

  test('delivers in order, at most so many at a time', async () => {
    queue = await engine.open(2, 2);
    const consumer = new ManualConsumer();
    queue.add(runs(1, 2, 3));
    queue.consume(consumer.consume);
    queue.add(runs(4));
    await consumer.untilStarted(2);
    consumer.finish(2);
    await consumer.untilStarted(3);
    consumer.finish(1);
    await consumer.untilStarted(4);
    expect(consumer).toMatchObject({ started: [1, 2, 3, 4], most: 2 });
  });

  test('holds any number', async () => {
    queue = await engine.open(100, 2);
    const seen: number[] = [];
    queue.consume((id) => {
      seen.push(id);
      return Promise.resolve();
    });
    const ids = numbers(0, 20_000);
    queue.add(runs(...ids));
    await until(() => seen.length >= ids.length);
    expect(seen).toEqual(ids);
  }, 60_000);

  test('a run that is added twice is delivered once', async () => {
    queue = await engine.open(1, 2);
    const consumer = new ManualConsumer();
    queue.add(runs(1, 1, 2));
    queue.add(runs(2, 1, 3));
    queue.consume(consumer.consume);
    await consumer.finishAll(3);
    queue.add(runs(4));
    await consumer.finishAll(4);
    expect(consumer.started).toEqual([1, 2, 3, 4]);
  });

  test('a run that is added after it was delivered is delivered again', async () => {
    queue = await engine.open(1, 2);
    const consumer = new ManualConsumer();
    queue.consume(consumer.consume);
    for (const count of [1, 2, 3]) {
      queue.add(runs(1));
      await consumer.finishAll(count);
    }
    expect(consumer).toMatchObject({ started: [1, 1, 1], twice: false });
  });

  test('one that is added while the consumer works on it is delivered once more, and not before', async () => {
    queue = await engine.open(2, 2);
    const consumer = new ManualConsumer();
    queue.consume(consumer.consume);
    queue.add(runs(1));
    await consumer.untilStarted(1);
    queue.add(runs(1));
    queue.add(runs(1, 2));
    await consumer.untilStarted(2);
    consumer.finish(1);
    await consumer.untilStarted(3);
    consumer.finish(1, 2);
    queue.add(runs(3));
    await consumer.untilStarted(4);
    expect(consumer).toMatchObject({ started: [1, 2, 1, 3], twice: false });
  });

  test('so is one that is added while active for later, as a retry is, and then not early', async () => {
    queue = await engine.open(2, 2);
    const consumer = new ManualConsumer();
    queue.consume(consumer.consume);
    queue.add(runs(1));
    await consumer.untilStarted(1);
    const available_at = new Date(clock.now().getTime() + 60);
    queue.add([{ id: 1, available_at, lane: null, owner_id: 1 }]);
    consumer.finish(1);
    await consumer.untilStarted(2);
    expect(clock.now().getTime()).toBeGreaterThanOrEqual(available_at.getTime());
  });

  test('restoring what is there changes nothing; what is not there is added', async () => {
    queue = await engine.open(1, 1);
    const consumer = new ManualConsumer();
    queue.add(inLane('slow', 1, 2));
    queue.consume(consumer.consume);
    await consumer.untilStarted(1);
    queue.restore([...inLane('slow', 2), ...runs(3)]);
    await until(async () => (await engine.waiting(queue)) === 2);
    await consumer.finishAll(3);
    queue.add(runs(4));
    await consumer.finishAll(4);
    expect([...consumer.started].sort()).toEqual([1, 2, 3, 4]);
  });

  test('a run waits until it is available, and holds up no other', async () => {
    queue = await engine.open(1, 2);
    const consumer = new ManualConsumer();
    queue.consume(consumer.consume);
    const available_at = new Date(clock.now().getTime() + 50);
    queue.add([{ id: 1, available_at, lane: null, owner_id: 1 }, ...runs(2)]);
    await consumer.finishAll(2);
    expect(clock.now().getTime()).toBeGreaterThanOrEqual(available_at.getTime());
    expect(consumer.started).toEqual([2, 1]);
  });

  test('no run is delivered a millisecond early, as timers may ring', async () => {
    queue = await engine.open(1000, 2);
    const due = new Map<number, number>();
    let early = 0;
    queue.consume((id) => {
      if (clock.now().getTime() < (due.get(id) ?? 0)) early++;
      due.delete(id);
      return Promise.resolve();
    });
    for (const id of numbers(1, 500)) {
      const available_at = new Date(clock.now().getTime() + 5 + (id % 40));
      due.set(id, available_at.getTime());
      queue.add([{ id, available_at, lane: null, owner_id: 1 }]);
    }
    await until(() => due.size === 0);
    expect(early).toBe(0);
  });

  test('a full lane holds up nothing but itself, and keeps its order', async () => {
    queue = await engine.open(4, 2);
    const consumer = new ManualConsumer();
    queue.consume(consumer.consume);
    queue.add([...inLane('slow', 1, 2, 3, 4, 5), ...inLane('quick', 6), ...runs(7, 8)]);
    await consumer.untilStarted(4);
    expect(consumer.started).toEqual([1, 2, 6, 7]);
    consumer.finish(6);
    await consumer.untilStarted(5);
    consumer.finish(2);
    await consumer.untilStarted(6);
    consumer.finish(1);
    await consumer.untilStarted(7);
    expect(consumer.started).toEqual([1, 2, 6, 7, 8, 3, 4]);
    consumer.finish(3, 4, 7, 8);
    await consumer.untilStarted(8);
    expect(consumer).toMatchObject({ started: [1, 2, 6, 7, 8, 3, 4, 5], most: 4, twice: false });
  });

  test('a silent target with thousands of runs holds up no other, and its own come in order', async () => {
    queue = await engine.open(16, 8);
    const silent = numbers(1, 3000);
    const consumer = new ManualConsumer();
    queue.consume(consumer.consume);
    queue.add(inLane('silent', ...silent));
    queue.add(inLane('quick', ...numbers(10_001, 100)));
    queue.add(runs(20_001));
    // The eight of the silent one hang all the while.
    await until(() => {
      consumer.finish(...consumer.started.filter((id) => id > 10_000));
      return consumer.started.length === 8 + 101;
    });
    expect(consumer.started.filter((id) => id < 10_000)).toEqual(silent.slice(0, 8));
    await consumer.finishAll(3000 + 101);
    expect(consumer.started.filter((id) => id < 10_000)).toEqual(silent);
    expect(consumer).toMatchObject({ twice: false });
    expect(queue.depth()).toMatchObject({ held: 0 });
  }, 60_000);

  test('runs of one owner that never end leave places to others, however many wait; its own keep their order', async () => {
    queue = await engine.open(16, 8);
    const greedy = numbers(1, 3000);
    const consumer = new ManualConsumer();
    queue.consume(consumer.consume);
    queue.add(ofOwner(7, ...greedy));
    queue.add(ofOwner(8, 10_001, 10_002, 10_003));
    queue.add(ofOwner(null, 10_004));
    // Seven eighths of the places hang all the while.
    await until(() => {
      consumer.finish(...consumer.started.filter((id) => id > 10_000));
      return consumer.started.length === 14 + 4;
    });
    expect(consumer.started.filter((id) => id < 10_000)).toEqual(greedy.slice(0, 14));
    expect(consumer.started.filter((id) => id > 10_000).sort()).toEqual([10_001, 10_002, 10_003, 10_004]);
    await consumer.finishAll(3000 + 4);
    expect(consumer.started.filter((id) => id < 10_000)).toEqual(greedy);
    expect(consumer).toMatchObject({ twice: false });
    expect(queue.depth()).toMatchObject({ ready: 0, held: 0 });
  }, 60_000);

  test('a place that gets free goes to the owner that has the fewest', async () => {
    queue = await engine.open(8, 8);
    const consumer = new ManualConsumer();
    queue.consume(consumer.consume);
    queue.add(ofOwner(1, ...numbers(1, 20)));
    await consumer.untilStarted(7);
    queue.add(ofOwner(2, 101));
    await consumer.untilStarted(8);
    consumer.finish(101);
    queue.add(ofOwner(2, 102));
    await consumer.untilStarted(9);
    consumer.finish(1, 102);
    await consumer.untilStarted(10);
    expect(consumer.started.slice(7)).toEqual([101, 102, 8]);
  });

  test('a consumer that fails does not stop delivery', async () => {
    Logger.overrideLogger(false);
    queue = await engine.open(1, 1);
    const seen: number[] = [];
    queue.consume((id) => {
      seen.push(id);
      return id < 3 ? Promise.reject(new Error('on purpose')) : Promise.resolve();
    });
    queue.add(inLane('a', 1, 2, 3));
    await until(() => seen.length === 3);
    expect(seen).toEqual([1, 2, 3]);
  });

  test('closing waits for what is running, and starts nothing more', async () => {
    queue = await engine.open(2, 1);
    const consumer = new ManualConsumer();
    queue.consume(consumer.consume);
    queue.add(inLane('a', 1, 2));
    queue.add(runs(3, 4));
    await consumer.untilStarted(2);
    let closed = false;
    const closing = queue.close(60_000).then(() => (closed = true));
    await new Promise(setImmediate);
    expect(closed).toBe(false);
    consumer.finish(1, 3);
    await closing;
    queue.add(runs(5));
    await new Promise(setImmediate);
    expect(consumer.started).toEqual([1, 3]);
  });

  test('closing waits no longer than the grace', async () => {
    queue = await engine.open(1, 2);
    const consumer = new ManualConsumer();
    queue.consume(consumer.consume);
    queue.add(runs(1));
    await consumer.untilStarted(1);
    await queue.close(10);
    expect(consumer.active).toBe(1);
  });
}

describe('InProcessRunQueue', () => {
  contract(inProcess);

  test('sets no timer that would outlive it', async () => {
    const queue = await inProcess.open(1, 1);
    await queue.close(0);
    queue.add([{ id: 1, available_at: new Date(clock.now().getTime() + 60_000), lane: null, owner_id: 1 }]);
    expect(queue.depth().delayed).toBe(0);
  });
});

describeRedis('BullMqRunQueue', () => {
  contract(new BullMqEngine());
});
