import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ManualConsumer } from '../support/manual-consumer.js';
import { numbers, PREFIX, QueueNodes, runs } from '../support/queue-nodes.js';
import { describeRedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';

describeRedisServer('BullMqRunQueue, on several nodes', () => {
  let nodes: QueueNodes;
  beforeEach(async () => {
    nodes = await QueueNodes.start();
  });
  afterEach(() => nodes.stop());

  test('two nodes share the runs, and none comes twice', async () => {
    const [a, b] = [await nodes.node(), await nodes.node()];
    const [atA, atB] = [new ManualConsumer(), new ManualConsumer()];
    a.consume(atA.consume);
    b.consume(atB.consume);
    a.add(runs(...numbers(1, 20)));
    // Each keeps a place for somebody else.
    await until(() => atA.active === 9 && atB.active === 9);
    b.add(runs(...numbers(21, 500)));
    await until(() => {
      for (const consumer of [atA, atB]) consumer.finish(...consumer.started);
      return atA.started.length + atB.started.length >= 520;
    });
    expect([...atA.started, ...atB.started].sort((x, y) => x - y)).toEqual(numbers(1, 520));
  });

  test('a run that one node works on, and another adds, is delivered once more when the first is done', async () => {
    const [a, b] = [await nodes.node(1), await nodes.node(1)];
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
    const [a, b] = [await nodes.node(2), await nodes.node(5)];
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
      [join(import.meta.dirname, '../support/queue-node.mjs'), nodes.server.url, PREFIX, '4', '2'],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const seen: string[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => seen.push(line));
    const ids = numbers(1, 700);
    const queue = await nodes.node(1000, 1000);
    queue.add(ids.map((id) => ({ id, available_at: new Date(0), lane: 'a', owner_id: 1 })));
    // All of them are on their way through that process; two are worked on.
    await until(async () => {
      const { wait, delayed } = await queue.jobCounts();
      return wait === 0 && seen.length === 2 && delayed === 700 - 502;
    });
    child.kill('SIGKILL');
    await once(child, 'exit');
    const killed = nodes.clock.now().getTime();
    const consumer = new ManualConsumer();
    queue.consume(consumer.consume);
    await consumer.untilStarted(700);
    expect(nodes.clock.now().getTime() - killed).toBeLessThan(20_000);
    expect([...consumer.started].sort((x, y) => x - y)).toEqual(ids);
  }, 60_000);

  test('a node that closes hands on at once what it held and had put aside', async () => {
    const a = await nodes.node(4, 2);
    const atA = new ManualConsumer();
    const ids = numbers(1, 700);
    a.consume(atA.consume);
    a.add(ids.map((id) => ({ id, available_at: new Date(0), lane: 'a', owner_id: 1 })));
    await until(() => a.depth().held === 500);
    await until(async () => (await a.jobCounts())['delayed'] === 700 - 502);
    const closing = a.close(10_000);
    const b = await nodes.node(1000, 1000);
    const atB = new ManualConsumer();
    b.consume(atB.consume);
    await atB.untilStarted(698);
    expect(atB.started).toEqual(numbers(3, 698));
    atA.finish(1, 2);
    await closing;
  });
});
