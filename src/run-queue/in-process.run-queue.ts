import { Logger } from '@nestjs/common';
import type { Clock } from '../clock/clock.js';
import { IdMap } from './id-map.js';
import {
  type Consumer,
  LONGEST_WAIT_MS,
  type Places,
  type QueueDepth,
  type QueuedRun,
  RunQueue,
} from './run-queue.js';
import type { WaitingRun } from './share.js';
import { Shares } from './shares.js';

/** There is no other process that might have a run instead. */
const BEGUN = (): void => undefined;

/** The run queue of a service that is one process: lists in memory, and a timer for each run that has to wait. */
export class InProcessRunQueue extends RunQueue {
  private readonly active = new IdMap<true>();
  /** Added while active: delivered once more, for the row may have changed since the consumer read it. */
  private readonly again = new Set<number>();
  private readonly shares: Shares;
  private readonly timers = new IdMap<NodeJS.Timeout>();
  private readonly logger = new Logger(InProcessRunQueue.name);
  private consumer: Consumer | undefined;
  private closed = false;
  private whenIdle: (() => void) | undefined;

  constructor(
    concurrency: number,
    concurrencyPerLane: number,
    private readonly clock: Clock,
  ) {
    super();
    this.shares = new Shares(concurrency, concurrencyPerLane);
  }

  add(runs: readonly QueuedRun[]): void {
    // A run that ends while this closes may ask for its retry: a timer would keep the process.
    if (this.closed) return;
    const now = this.clock.now().getTime();
    for (const run of runs) {
      const wait = run.available_at.getTime() - now;
      if (wait <= 0) this.offer(run);
      else if (wait <= LONGEST_WAIT_MS) this.addLater(run, wait);
    }
    this.deliver();
  }

  override reserve(runs: readonly QueuedRun[]): Places {
    const now = this.clock.now();
    const kept = runs.filter((run) => run.available_at <= now && this.reservePlace(run));
    return {
      ids: kept.map(({ id }) => id),
      fill: (begun) => {
        for (const run of kept) {
          if (begun.has(run.id) && this.consumer) void this.work(this.consumer, run);
          else this.leave(run);
        }
        this.deliver();
      },
    };
  }

  consume(consumer: Consumer): void {
    this.consumer = consumer;
    this.deliver();
  }

  depth(): QueueDepth {
    const { shares, timers, active } = this;
    return { ready: shares.ready, held: shares.held, delayed: timers.size, active: active.size };
  }

  explains(runId: number): Promise<boolean> {
    return Promise.resolve(this.active.has(runId) || this.shares.isWaiting(runId));
  }

  async close(graceMs: number): Promise<void> {
    this.closed = true;
    for (const timer of this.timers.values()) clearTimeout(timer);
    if (this.active.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, graceMs);
      this.whenIdle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private offer(run: QueuedRun): void {
    if (this.active.has(run.id)) this.again.add(run.id);
    else this.shares.wait(run);
  }

  private addLater(run: QueuedRun, wait: number): void {
    clearTimeout(this.timers.get(run.id));
    const timer = setTimeout(() => {
      this.timers.delete(run.id);
      // A timer may ring a millisecond before its time: then this sets another.
      this.add([run]);
    }, wait);
    this.timers.set(run.id, timer);
  }

  private reservePlace(run: QueuedRun): boolean {
    if (!this.consumer || this.closed || this.shares.isWaiting(run.id) || !this.shares.tryEnter(run))
      return false;
    this.active.set(run.id, true);
    return true;
  }

  private deliver(): void {
    if (!this.consumer || this.closed) return;
    for (let run = this.shares.next(); run; run = this.shares.next()) void this.work(this.consumer, run);
  }

  private async work(consumer: Consumer, run: WaitingRun): Promise<void> {
    this.active.set(run.id, true);
    try {
      await consumer(run.id, BEGUN);
    } catch (error) {
      this.logger.error(`run ${String(run.id)} is left to recovery: ${String(error)}`);
    }
    this.leave(run);
    this.deliver();
  }

  private leave(run: WaitingRun): void {
    this.active.delete(run.id);
    this.shares.leave(run);
    if (this.again.delete(run.id)) this.shares.wait(run);
    if (this.active.size === 0) this.whenIdle?.();
  }
}
