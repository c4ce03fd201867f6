import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { SystemClock } from '../../src/clock/clock.js';
import { RedisConnections } from '../../src/redis/redis-connections.js';
import { BullMqRunQueue } from '../../src/run-queue/bullmq.run-queue.js';
import type { QueuedRun } from '../../src/run-queue/run-queue.js';
import { ManualConsumer, until } from '../support/manual-consumer.js';
import { describeRedisServer, freePort, RedisServer } from '../support/redis-server.js';

const PREFIX = '{faults}';

const clock = new SystemClock();

const runs = (...ids: number[]): QueuedRun[] =>
  ids.map((id) => ({ id, available_at: new Date(0), lane: null }));

const numbers = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);

describeRedisServer('BullMqRunQueue, when things go wrong', () => {
  let server: RedisServer;
  let nodes: { queue: BullMqRunQueue; redis: RedisConnections }[];
  let log: string[];

  beforeEach(async () => {
    server = await RedisServer.start();
    nodes = [];
    log = [];
    const note = (message: unknown): void => void log.push(String(message));
    Logger.overrideLogger({ log: note, error: note, warn: note });
  });

  afterEach(async () => {
    await Promise.all(nodes.map(({ queue }) => queue.close(0)));
    for (const { redis } of nodes) redis.close();
    await server.stop();
  });

  async function node(concurrency = 10, perLane = 8, answerMs?: number): Promise<BullMqRunQueue> {
    const redis = await RedisConnections.open(server.url, answerMs);
    const queue = new BullMqRunQueue(concurrency, perLane, clock, redis, PREFIX);
    nodes.push({ queue, redis });
    return queue;
  }

  /** What the sweep does: it offers what is still to be done, until it is done. */
  async function restoreUntil(
    queue: BullMqRunQueue,
    open: () => number[],
    isSo: () => boolean,
  ): Promise<void> {
    const sweep = setInterval(() => {
      queue.restore(runs(...open()));
    }, 100);
    await until(isSo);
    clearInterval(sweep);
  }

  test('two nodes share the runs, and none comes twice', async () => {
    const [a, b] = [await node(), await node()];
    const [atA, atB] = [new ManualConsumer(), new ManualConsumer()];
    a.consume(atA.consume);
    b.consume(atB.consume);
    a.add(runs(...numbers(1, 20)));
    await until(() => atA.active === 10 && atB.active === 10);
    b.add(runs(...numbers(21, 500)));
    await until(() => {
      for (const consumer of [atA, atB]) consumer.finish(...consumer.started);
      return atA.started.length + atB.started.length >= 520;
    });
    expect([...atA.started, ...atB.started].sort((x, y) => x - y)).toEqual(numbers(1, 520));
  });

  test('a run that one node works on, and another adds, is delivered once more when the first is done', async () => {
    const [a, b] = [await node(1), await node(1)];
    const [atA, atB] = [new ManualConsumer(), new ManualConsumer()];
    a.consume(atA.consume);
    a.add(runs(1));
    await atA.untilStarted(1);
    b.consume(atB.consume);
    b.add(runs(1, 2));
    await atB.untilStarted(1);
    expect(atB.started).toEqual([2]);
    atB.finish(2);
    b.add(runs(3));
    await atB.untilStarted(2);
    expect(atB.started).toEqual([2, 3]);
    atA.finish(1);
    await until(() => [...atA.started.slice(1), ...atB.started].includes(1));
  });

  test('what a node cannot begin is given to another, and it takes nothing more until it can', async () => {
    const [a, b] = [await node(2), await node(5)];
    const [atA, atB] = [new ManualConsumer(false), new ManualConsumer()];
    a.consume(atA.consume);
    a.add(runs(1, 2));
    await atA.untilStarted(2);
    b.consume(atB.consume);
    await atB.untilStarted(2);
    a.add(runs(3, 4));
    await atB.untilStarted(4);
    expect(atA.started).toEqual([1, 2]);
    // Now it learns that others have begun them.
    atA.finish(1, 2);
    atB.finish(1, 2, 3, 4);
    b.add(runs(...numbers(5, 12)));
    await until(() => atA.started.length > 2);
  });

  test('what a killed process had, worked on, held for its lane or had put aside, goes on within 20 s', async () => {
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, '../support/queue-node.mjs'), server.url, PREFIX, '4', '2'],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const seen: string[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => seen.push(line));
    const ids = numbers(1, 700);
    const queue = await node(1000, 1000);
    queue.add(ids.map((id) => ({ id, available_at: new Date(0), lane: 'a' })));
    // All of them are on their way through that process; two are worked on.
    for (let counts = await queue.jobCounts(); ; counts = await queue.jobCounts()) {
      if (counts['wait'] === 0 && seen.length === 2 && counts['delayed'] === 700 - 502) break;
    }
    child.kill('SIGKILL');
    await once(child, 'exit');
    const killed = clock.now().getTime();
    const consumer = new ManualConsumer();
    queue.consume(consumer.consume);
    await consumer.untilStarted(700);
    expect(clock.now().getTime() - killed).toBeLessThan(20_000);
    expect([...consumer.started].sort((x, y) => x - y)).toEqual(ids);
  }, 60_000);

  test('a node that closes hands on at once what it held and had put aside', async () => {
    const a = await node(4, 2);
    const atA = new ManualConsumer();
    const ids = numbers(1, 700);
    a.consume(atA.consume);
    a.add(ids.map((id) => ({ id, available_at: new Date(0), lane: 'a' })));
    await until(() => a.depth().held === 500);
    for (let counts = await a.jobCounts(); counts['delayed'] !== 700 - 502;) counts = await a.jobCounts();
    const closing = a.close(10_000);
    const b = await node(1000, 1000);
    const atB = new ManualConsumer();
    b.consume(atB.consume);
    await atB.untilStarted(698);
    expect(atB.started).toEqual(numbers(3, 698));
    atA.finish(1, 2);
    await closing;
  });

  test('Redis that starts anew knows nothing; what is restored is delivered, and the log stays short', async () => {
    const queue = await node(1);
    const consumer = new ManualConsumer();
    queue.consume(consumer.consume);
    queue.add(runs(1, 2, 3));
    await consumer.untilStarted(1);
    await server.kill();
    queue.add(runs(4));
    queue.restore(runs(2, 3, 4));
    await until(() => log.length > 0);
    consumer.finish(1);
    await server.restart();
    const open = (): number[] => [2, 3, 4].filter((id) => !consumer.started.includes(id));
    await restoreUntil(queue, open, () => {
      consumer.finish(...consumer.started);
      return consumer.started.length >= 4;
    });
    queue.add(runs(5));
    await consumer.untilStarted(5);
    expect(consumer.started).toEqual([1, 2, 3, 4, 5]);
    expect(log).toEqual([expect.stringMatching(/^Redis is lost/), 'Redis is back']);
  }, 30_000);

  test('FLUSHALL loses nothing that is restored, and no run is worked on twice at a time', async () => {
    const queue = await node(2);
    const consumer = new ManualConsumer();
    queue.consume(consumer.consume);
    queue.add(runs(1, 2, 3));
    await consumer.untilStarted(2);
    await server.command('FLUSHALL');
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
    expect(log).toEqual([]);
  });

  test('while Redis keeps silent, adding returns, memory is bounded and closing ends', async () => {
    const queue = await node(1);
    const consumer = new ManualConsumer();
    queue.consume(consumer.consume);
    queue.add(runs(1));
    await consumer.untilStarted(1);
    server.pause();
    for (let round = 0; round < 20; round++) queue.add(runs(...numbers(round * 10_000, 10_000)));
    queue.restore(runs(1));
    expect(queue.depth().ready).toBeLessThanOrEqual(50_000);
    consumer.finish(1);
    const begun = clock.now().getTime();
    await queue.close(1000);
    expect(clock.now().getTime() - begun).toBeLessThan(8000);
    server.resume();
  });

  test('silent for a while and back: everything goes on', async () => {
    const queue = await node(1);
    const consumer = new ManualConsumer();
    queue.consume(consumer.consume);
    queue.add(runs(1));
    await consumer.untilStarted(1);
    server.pause();
    queue.add(runs(2, 3));
    consumer.finish(1);
    server.resume();
    await consumer.finishAll(3);
    expect(consumer.started).toEqual([1, 2, 3]);
  });

  test('silent for long, it counts as lost: nothing waits for it, and everything goes on once it answers', async () => {
    const queue = await node(1, 1, 1000);
    const consumer = new ManualConsumer();
    queue.consume(consumer.consume);
    queue.add(runs(1, 2));
    await consumer.untilStarted(1);
    server.pause();
    await until(() => log.length > 0);
    queue.add(runs(3));
    expect(queue.depth().ready).toBe(0);
    consumer.finish(1);
    server.resume();
    const open = (): number[] => [2, 3].filter((id) => !consumer.started.includes(id));
    await restoreUntil(queue, open, () => {
      consumer.finish(2);
      return consumer.started.includes(3);
    });
    // What Redis was told before and after may be done twice.
    expect([...new Set(consumer.started)]).toEqual([1, 2, 3]);
    expect(consumer.twice).toBe(false);
    expect(log).toEqual([
      'Redis is lost (it did not answer within 1 s): runs wait in the database until it is back',
      'Redis is back',
    ]);
  });

  test('closing ends while Redis is away', async () => {
    const queue = await node(1);
    queue.consume(() => Promise.resolve());
    queue.add(runs(1));
    await server.kill();
    const begun = clock.now().getTime();
    await queue.close(1000);
    expect(clock.now().getTime() - begun).toBeLessThan(8000);
  });

  test('a Redis without memory is reported once, and takes runs again when it has some', async () => {
    const queue = await node(1);
    const consumer = new ManualConsumer();
    queue.consume(consumer.consume);
    await server.command('CONFIG', 'SET', 'maxmemory', '1');
    for (let round = 0; round < 5; round++) {
      queue.add(runs(1));
      await until(() => queue.depth().ready === 0);
    }
    await until(() => log.some((line) => /takes no runs/.test(line)));
    await server.command('CONFIG', 'SET', 'maxmemory', '0');
    await restoreUntil(
      queue,
      () => [1],
      () => consumer.started.length > 0,
    );
    expect(log.filter((line) => /takes no runs/.test(line))).toHaveLength(1);
  }, 30_000);
});

describeRedisServer('REDIS_URL', () => {
  test('with a password', async () => {
    const server = await RedisServer.start('hunter2');
    const redis = await RedisConnections.open(server.url);
    await redis.ping();
    redis.close();
    for (const url of [server.url.replace('hunter2', 'hunter3'), server.url.replace(':hunter2@', '')]) {
      const refused = RedisConnections.open(url);
      await expect(refused).rejects.toThrow(/^REDIS_URL: 127.0.0.1:\d+ cannot be used: (WRONGPASS|NOAUTH)/);
      await expect(refused).rejects.not.toThrow(/hunter/);
    }
    await server.stop();
  });

  test('of nobody is refused, with the reason', async () => {
    const url = `redis://:hunter2@127.0.0.1:${String(await freePort())}`;
    await expect(RedisConnections.open(url)).rejects.toThrow(
      /REDIS_URL: .*ECONNREFUSED.*it takes redis:\/\/\[USER/,
    );
    await expect(RedisConnections.open(url)).rejects.not.toThrow(/hunter2/);
  });

  test('of a server that says nothing is refused within seconds', async () => {
    const server = await RedisServer.start();
    server.pause();
    await expect(RedisConnections.open(server.url)).rejects.toThrow(/did not answer within 5 s/);
    server.resume();
    await server.stop();
  });
});
