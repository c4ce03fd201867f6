import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { RedisConnections } from '../../src/redis/redis-connections.js';
import { JobProducer } from '../../src/run-queue/job-producer.js';
import { ManualConsumer } from '../support/manual-consumer.js';
import { numbers, PREFIX, QueueNodes, restoreUntil, runs } from '../support/queue-nodes.js';
import { describeRedisServer } from '../support/redis-server.js';
import { SettableClock } from '../support/settable-clock.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { until } from '../support/until.js';

describeRedisServer('BullMqRunQueue, when Redis fails', () => {
  let nodes: QueueNodes;
  beforeEach(async () => {
    nodes = await QueueNodes.start();
  });
  afterEach(() => nodes.stop());

  test('Redis that starts anew knows nothing; what is restored is delivered, and the log stays short', async () => {
    const queue = await nodes.node(1);
    const consumer = new ManualConsumer();
    queue.consume(consumer.consume);
    queue.add(runs(1, 2, 3));
    await consumer.untilStarted(1);
    await nodes.server.kill();
    queue.add(runs(4));
    queue.restore(runs(2, 3, 4));
    await until(() => nodes.log.length > 0);
    consumer.finish(1);
    await nodes.server.restart();
    const open = (): number[] => [2, 3, 4].filter((id) => !consumer.started.includes(id));
    await restoreUntil(queue, open, () => {
      consumer.finish(...consumer.started);
      return consumer.started.length >= 4;
    });
    queue.add(runs(5));
    await consumer.untilStarted(5);
    expect(consumer.started).toEqual([1, 2, 3, 4, 5]);
    expect(nodes.log).toEqual([expect.stringMatching(/^Redis is lost/), 'Redis is back']);
  }, 30_000);

  test('questions that fail are trouble once they do so for a while, and not for what failed an hour ago', async () => {
    const clock = new SettableClock();
    const redis = await RedisConnections.open(nodes.server.url);
    const producer = new JobProducer(redis, clock, PREFIX);
    const ask = async (afterMs: number, fails: boolean): Promise<string | undefined> => {
      clock.advance(afterMs);
      const question = jest.spyOn(redis.impatient, 'mget');
      if (fails) question.mockRejectedValue(new Error('no answer'));
      await producer.addMissing(runs(1));
      question.mockRestore();
      return producer.trouble();
    };
    try {
      producer.add(runs(1));
      await until(async () => (await producer.jobCounts())['wait'] === 1);
      expect(await ask(5000, true)).toBeUndefined();
      expect(await ask(3_600_000, true)).toBeUndefined();
      for (const afterMs of [5000, 5000]) expect(await ask(afterMs, true)).toBeUndefined();
      expect(await ask(5000, true)).toBe('runs cannot be sent to Redis: no answer');
      expect(await ask(5000, false)).toBeUndefined();
      // It went well meanwhile.
      expect(await ask(5000, true)).toBeUndefined();
    } finally {
      await producer.close();
      redis.close();
    }
  });

  test('FLUSHALL loses nothing that is restored, and no run is worked on twice at a time', async () => {
    const queue = await nodes.node(2);
    const consumer = new ManualConsumer();
    queue.consume(consumer.consume);
    queue.add(runs(1, 2, 3));
    await consumer.untilStarted(2);
    await nodes.server.command('FLUSHALL');
    const open = (): number[] => [1, 2, 3].filter((id) => id === 1 || !consumer.started.includes(id));
    await restoreUntil(queue, open, () => {
      consumer.finish(2);
      return consumer.started.includes(3);
    });
    consumer.finish(3);
    expect(consumer.twice).toBe(false);
    consumer.finish(1);
    // That the first one was restored while it was worked on is not forgotten.
    await until(() => consumer.started.filter((id) => id === 1).length === 2);
    expect(consumer.twice).toBe(false);
    expect(nodes.log).toEqual([]);
  });

  test('jobs that are damaged are removed, and those behind them are delivered', async () => {
    const queue = await nodes.node(1);
    queue.add(runs(1, 2, 3, 4));
    const { server } = nodes;
    await until(async () => (await queue.jobCounts())['wait'] === 4);
    const keys = (await server.command('KEYS', '*:runs:*')) as string[];
    const damage = ['null', '17', '[]'];
    for (const key of keys.filter((name) => /:runs:\d+$/.test(name))) {
      const { run } = JSON.parse(String(await server.command('HGET', key, 'data'))) as { run: number };
      if (run < 4) await server.command('HSET', key, 'data', damage[run - 1] ?? '');
    }
    const consumer = new ManualConsumer();
    queue.consume(consumer.consume);
    await consumer.untilStarted(1);
    expect(consumer.started).toEqual([4]);
    consumer.finish(4);
    await until(async () => Object.values(await queue.jobCounts()).every((count) => count === 0));
  });

  test('while Redis keeps silent, adding returns, memory is bounded and closing ends', async () => {
    const queue = await nodes.node(1);
    const consumer = new ManualConsumer();
    queue.consume(consumer.consume);
    queue.add(runs(1));
    await consumer.untilStarted(1);
    nodes.server.pause();
    for (let round = 0; round < 20; round++) queue.add(runs(...numbers(round * 10_000, 10_000)));
    queue.restore(runs(1));
    expect(queue.depth().ready).toBeLessThanOrEqual(50_000);
    consumer.finish(1);
    const begun = nodes.clock.now().getTime();
    await queue.close(1000);
    expect(nodes.clock.now().getTime() - begun).toBeLessThan(8000);
    nodes.server.resume();
  });

  test('silent for a while and back: everything goes on', async () => {
    const queue = await nodes.node(1);
    const consumer = new ManualConsumer();
    queue.consume(consumer.consume);
    queue.add(runs(1));
    await consumer.untilStarted(1);
    nodes.server.pause();
    queue.add(runs(2, 3));
    consumer.finish(1);
    nodes.server.resume();
    await consumer.finishAll(3);
    expect(consumer.started).toEqual([1, 2, 3]);
  });

  test('silent for long, it counts as lost: nothing waits for it, and everything goes on once it answers', async () => {
    const queue = await nodes.node(1, 1, 1000);
    const consumer = new ManualConsumer();
    queue.consume(consumer.consume);
    queue.add(runs(1, 2));
    await consumer.untilStarted(1);
    nodes.server.pause();
    await until(() => nodes.log.length > 0);
    queue.add(runs(3));
    expect(queue.depth().ready).toBe(0);
    consumer.finish(1);
    nodes.server.resume();
    const open = (): number[] => [2, 3].filter((id) => !consumer.started.includes(id));
    await restoreUntil(queue, open, () => {
      consumer.finish(2);
      return consumer.started.includes(3);
    });
    // What Redis was told before and after may be done twice.
    expect([...new Set(consumer.started)]).toEqual([1, 2, 3]);
    expect(consumer.twice).toBe(false);
    expect(nodes.log).toEqual([
      'Redis is lost (it did not answer within 1 s): runs wait in the database until it is back',
      'Redis is back',
    ]);
  });

  test('a connection that is cut while runs are sent costs nothing but a sweep', async () => {
    const way = await TcpProxy.to(nodes.server.url);
    const queue = await nodes.node(1, 1, 1000, way.url);
    const consumer = new ManualConsumer();
    queue.consume(consumer.consume);
    queue.add(runs(1));
    await consumer.untilStarted(1);
    nodes.server.pause();
    queue.add(runs(2));
    // It is on its way now, and will not be answered.
    await until(() => queue.depth().ready === 0);
    way.cut();
    nodes.server.resume();
    consumer.finish(1);
    const open = (): number[] => [2, 3].filter((id) => !consumer.started.includes(id));
    await restoreUntil(queue, open, () => {
      consumer.finish(...consumer.started);
      return consumer.started.includes(3);
    });
    expect(consumer.twice).toBe(false);
    way.close();
  });

  test('a connection that keeps silent for ever is replaced, while others work', async () => {
    const way = await TcpProxy.to(nodes.server.url);
    const queue = await nodes.node(1, 1, 500, way.url);
    const consumer = new ManualConsumer();
    queue.consume(consumer.consume);
    queue.add(runs(1));
    await consumer.untilStarted(1);
    way.strand();
    consumer.finish(1);
    const open = (): number[] => [2, 3].filter((id) => !consumer.started.includes(id));
    await restoreUntil(queue, open, () => {
      consumer.finish(...consumer.started);
      return consumer.started.includes(3);
    });
    expect(consumer.twice).toBe(false);
    way.close();
  }, 30_000);

  test('closing ends while Redis is away', async () => {
    const queue = await nodes.node(1);
    queue.consume(() => Promise.resolve());
    queue.add(runs(1));
    await nodes.server.kill();
    const begun = nodes.clock.now().getTime();
    await queue.close(1000);
    expect(nodes.clock.now().getTime() - begun).toBeLessThan(8000);
  });

  test('a Redis without memory is reported once, and takes runs again when it has some', async () => {
    const queue = await nodes.node(1);
    const consumer = new ManualConsumer();
    queue.consume(consumer.consume);
    await nodes.server.command('CONFIG', 'SET', 'maxmemory', '1');
    for (let round = 0; round < 5; round++) {
      queue.add(runs(1));
      await until(() => queue.depth().ready === 0);
    }
    await until(() => nodes.log.some((line) => /takes no runs/.test(line)));
    await nodes.server.command('CONFIG', 'SET', 'maxmemory', '0');
    await restoreUntil(
      queue,
      () => [1],
      () => consumer.started.length > 0,
    );
    expect(nodes.log.filter((line) => /takes no runs/.test(line))).toHaveLength(1);
  }, 30_000);
});
