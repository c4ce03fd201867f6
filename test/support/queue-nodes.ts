import { Logger } from '@nestjs/common';
import { SystemClock } from '../../src/clock/clock.js';
import { RedisConnections } from '../../src/redis/redis-connections.js';
import { BullMqRunQueue } from '../../src/run-queue/bullmq.run-queue.js';
import type { QueuedRun } from '../../src/run-queue/run-queue.js';
import { RedisServer } from './redis-server.js';
import { until } from './until.js';

export const PREFIX = '{faults}';

export const runs = (...ids: number[]): QueuedRun[] =>
  ids.map((id) => ({ id, available_at: new Date(0), lane: null, owner_id: 1 }));

export const numbers = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => from + i);

/** Run queues of several nodes, which share a Redis of their own, and what they log. */
export class QueueNodes {
  readonly clock = new SystemClock();
  readonly log: string[] = [];
  private readonly nodes: { queue: BullMqRunQueue; redis: RedisConnections }[] = [];

  private constructor(readonly server: RedisServer) {
    const note = (message: unknown): void => void this.log.push(String(message));
    Logger.overrideLogger({ log: note, error: note, warn: note });
  }

  static async start(): Promise<QueueNodes> {
    return new QueueNodes(await RedisServer.start());
  }

  /** @param url by which way it reaches the server */
  async node(
    concurrency = 10,
    perLane = 8,
    answerMs?: number,
    url = this.server.url,
  ): Promise<BullMqRunQueue> {
    const redis = await RedisConnections.open(url, answerMs);
    const queue = new BullMqRunQueue(concurrency, perLane, this.clock, redis, PREFIX);
    this.nodes.push({ queue, redis });
    return queue;
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map(({ queue }) => queue.close(0)));
    for (const { redis } of this.nodes) redis.close();
    await this.server.stop();
  }
}

/** What the sweep does: it offers what is still to be done, until it is done. */
export async function restoreUntil(
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
