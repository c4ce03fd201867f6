import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import {
  compareIds,
  type EventLog,
  KEPT,
  LINGER_MS,
  type LoggedEvent,
  type NewEvent,
  RESET,
} from '../../src/events/event-log.js';
import { InProcessEventLog } from '../../src/events/in-process.event-log.js';
import { RedisEventLog } from '../../src/events/redis.event-log.js';
import { Unavailable } from '../../src/http/problems.js';
import { RedisConnections } from '../../src/redis/redis-connections.js';
import { describeRedisServer, RedisServer } from '../support/redis-server.js';
import { SettableClock } from '../support/settable-clock.js';
import { until } from '../support/until.js';

/** Follows a log, and keeps what it is told. */
class Follower {
  readonly events: LoggedEvent[] = [];
  position = '';
  stop = (): void => undefined;

  static async of(log: EventLog, after?: string): Promise<Follower> {
    const follower = new Follower();
    follower.stop = await log.follow(after, (events, position) => {
      follower.events.push(...events);
      follower.position = position;
    });
    return follower;
  }

  get data(): string[] {
    return this.events.map(({ type, data }) => (type === 'reset' ? type : data));
  }

  async until(count: number): Promise<void> {
    await until(() => this.events.length >= count);
  }
}

const event = (data: string): NewEvent => ({ type: 'run', owner_id: 7, data });

const publish = (log: EventLog, ...data: string[]): Promise<void> =>
  log.publish(() => Promise.resolve(data.map(event)));

interface Node {
  readonly log: EventLog;
  /** What another node sees of the same events; the same where there is but one. */
  readonly elsewhere: EventLog;
  /** As if nobody had followed for a minute. */
  readonly forget: () => Promise<void>;
  readonly close: () => Promise<void>;
}

function inProcess(): Promise<Node> {
  const log = new InProcessEventLog(new SettableClock());
  return Promise.resolve({
    log,
    elsewhere: log,
    forget: () => {
      jest.advanceTimersByTime(LINGER_MS);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  });
}

let server: RedisServer;

async function onRedis(): Promise<Node> {
  const prefix = `{test-${randomUUID()}}:events`;
  const connections = [await RedisConnections.open(server.url), await RedisConnections.open(server.url)];
  const [log, elsewhere] = connections.map((each) => new RedisEventLog(each, prefix)) as [
    RedisEventLog,
    RedisEventLog,
  ];
  const client = new Redis(server.url);
  return {
    log,
    elsewhere,
    forget: async () => {
      await client.del(`${prefix}:followed`);
    },
    close: () => {
      for (const each of [log, elsewhere]) each.onModuleDestroy();
      for (const each of connections) each.close();
      client.disconnect();
      return Promise.resolve();
    },
  };
}

function keepsTheContract(make: () => Promise<Node>): void {
  let node: Node;
  beforeEach(async () => {
    node = await make();
  });
  afterEach(() => node.close());

  test('loads nothing while nobody follows', async () => {
    const load = jest.fn(() => Promise.resolve([event('x')]));
    await node.log.publish(load);
    expect(load).not.toHaveBeenCalled();
    const follower = await Follower.of(node.elsewhere);
    await node.log.publish(load);
    await follower.until(1);
    expect(load).toHaveBeenCalledTimes(1);
    follower.stop();
  });

  test('tells every follower everything that comes after it began, in one order, once', async () => {
    const one = await Follower.of(node.log);
    await publish(node.log, 'a', 'b');
    const two = await Follower.of(node.elsewhere);
    await publish(node.elsewhere, 'c');
    await publish(node.log, 'd', 'e');
    await Promise.all([one.until(5), two.until(3)]);
    expect(one.data).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(two.events).toEqual(one.events.slice(2));
    expect(one.events[0]).toMatchObject({ type: 'run', owner_id: 7 });
    one.events.slice(1).forEach(({ id }, n) => {
      expect(compareIds(id, one.events[n]?.id ?? '')).toBeGreaterThan(0);
    });
    expect([one.position, two.position]).toEqual([one.events[4]?.id, one.events[4]?.id]);
    one.stop();
    await publish(node.log, 'f');
    await two.until(4);
    expect(one.data).toHaveLength(5);
    two.stop();
  });

  test('keeps who owns what, and what is nobody’s', async () => {
    const follower = await Follower.of(node.elsewhere);
    const events: NewEvent[] = [
      { type: 'run', owner_id: null, data: '{"é":"\\n😀"}' },
      { type: 'schedule', owner_id: 1, data: '{}' },
      RESET,
    ];
    await node.log.publish(() => Promise.resolve(events));
    await follower.until(3);
    expect(follower.events.map(({ type, owner_id, data }) => ({ type, owner_id, data }))).toEqual(events);
    follower.stop();
  });

  test('tells one that comes back what it missed, and goes on without a gap', async () => {
    const follower = await Follower.of(node.log);
    await publish(node.log, 'a', 'b', 'c');
    await follower.until(3);
    follower.stop();
    await publish(node.log, 'd');
    const [again, late] = await Promise.all([
      Follower.of(node.elsewhere, follower.events[0]?.id),
      Follower.of(node.elsewhere, follower.position),
      publish(node.log, 'e'),
    ]);
    await Promise.all([again.until(4), late.until(2)]);
    expect([again.data, late.data]).toEqual([
      ['b', 'c', 'd', 'e'],
      ['d', 'e'],
    ]);
    again.stop();
    late.stop();
  });

  test('tells of a gap: an id that is not kept, that is of the future, or that is none', async () => {
    const first = await Follower.of(node.log);
    const begin = first.position;
    await publish(node.log, 'a');
    await first.until(1);
    for (const id of ['0-1', '99999999999999-0', 'x', '']) {
      const follower = await Follower.of(node.log, id);
      expect(follower.events).toEqual([{ ...RESET, id: first.position }]);
      follower.stop();
    }
    const known = await Follower.of(node.log, begin);
    expect(known.data).toEqual(['a']);
    known.stop();
    first.stop();
  });

  test('tells of a gap: nobody followed for a minute', async () => {
    const follower = await Follower.of(node.log);
    await publish(node.log, 'a');
    await follower.until(1);
    follower.stop();
    await node.forget();
    await publish(node.log, 'lost');
    const again = await Follower.of(node.log, follower.position);
    expect(again.data).toEqual(['reset']);
    const anew = await Follower.of(node.log);
    await publish(node.log, 'b');
    await anew.until(1);
    expect(anew.data).toEqual(['b']);
    again.stop();
    anew.stop();
  });

  test('keeps a limited number', async () => {
    const follower = await Follower.of(node.log);
    const begin = follower.position;
    for (let n = 0; n < 30; n++)
      await publish(node.log, ...Array.from({ length: 500 }, (_, k) => String(n * 500 + k)));
    await follower.until(15_000);
    const tooLate = await Follower.of(node.log, begin);
    expect(tooLate.data).toEqual(['reset']);
    const recent = await Follower.of(node.log, follower.events.at(-KEPT)?.id);
    expect(recent.events).toHaveLength(KEPT - 1);
    for (const each of [follower, tooLate, recent]) each.stop();
  });
}

describe('in the process', () => {
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'performance'] });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  keepsTheContract(inProcess);

  test('ids grow when the clock is set back', async () => {
    const clock = new SettableClock();
    const log = new InProcessEventLog(clock);
    const follower = await Follower.of(log);
    await publish(log, 'a');
    clock.advance(-3_600_000);
    await publish(log, 'b');
    const [a, b] = follower.events;
    expect(compareIds(b?.id ?? '', a?.id ?? '')).toBe(1);
    follower.stop();
  });
});

describeRedisServer('on Redis', () => {
  beforeAll(() => {
    // That Redis is lost is what a test is about.
    Logger.overrideLogger(false);
  });
  beforeEach(async () => {
    server = await RedisServer.start();
  });

  keepsTheContract(onRedis);
  afterEach(() => server.stop());

  test('while Redis is away nobody can begin, and publishing fails; when it is back all goes on', async () => {
    const node = await onRedis();
    try {
      const follower = await Follower.of(node.log);
      await server.kill();
      while (
        await publish(node.log, 'x').then(
          () => true,
          () => false,
        )
      )
        await delay(10);
      await expect(Follower.of(node.elsewhere)).rejects.toThrow(Unavailable);
      await server.restart();
      // Whoever begins tells that Redis has forgotten what was.
      const again = await (async (): Promise<Follower> => {
        for (;;) {
          try {
            return await Follower.of(node.elsewhere, follower.position);
          } catch {
            await delay(50);
          }
        }
      })();
      expect(again.data).toEqual(['reset']);
      await publish(node.log, 'y');
      await Promise.all([follower.until(2), again.until(2)]);
      expect(follower.data).toEqual(['reset', 'y']);
      for (const each of [follower, again]) each.stop();
    } finally {
      await node.close();
    }
  });
});
