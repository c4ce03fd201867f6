import { Logger } from '@nestjs/common';
import type { Clock } from '../clock/clock.js';
import { Fifo } from './fifo.js';
import { IdMap } from './id-map.js';
import { Lanes } from './lanes.js';
import {
  type Consumer,
  LONGEST_WAIT_MS,
  type Places,
  type QueueDepth,
  type QueuedRun,
  RunQueue,
} from './run-queue.js';

/** There is no other process that might have a run instead. */
const BEGUN = (): void => undefined;

/** The run queue of a service that is one process: lists in memory, and a timer for each run that has to wait. */
export class InProcessRunQueue extends RunQueue {
  /** Runs in the order they are to be delivered, with their lanes. */
  private readonly ready = new Fifo<string | null>();
  private readonly active = new IdMap<true>();
  /** Added while active: delivered once more, for the row may have changed since the consumer read it. */
  private readonly again = new Set<number>();
  private readonly lanes: Lanes;
  private readonly timers = new IdMap<NodeJS.Timeout>();
  private readonly logger = new Logger(InProcessRunQueue.name);
  private consumer: Consumer | undefined;
  private closed = false;
  private whenIdle: (() => void) | undefined;

  constructor(
    private readonly concurrency: number,
    concurrencyPerLane: number,
    private readonly clock: Clock,
  ) {
    super();
    this.lanes = new Lanes(concurrencyPerLane);
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
        for (const { id, lane } of kept) {
          if (begun.has(id) && this.consumer) void this.work(this.consumer, id, lane);
          else this.leave(id, lane);
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
    const { ready, lanes, timers, active } = this;
    return { ready: ready.size, held: lanes.held, delayed: timers.size, active: active.size };
  }

  explains(runId: number): Promise<boolean> {
    return Promise.resolve(this.active.has(runId) || this.lanes.isWaiting(runId));
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

  private offer({ id, lane }: QueuedRun): void {
    if (this.active.has(id)) this.again.add(id);
    else if (!this.lanes.isWaiting(id)) this.ready.set(id, lane);
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

  /** Nobody who waits already is overtaken. */
  private reservePlace({ id, lane }: QueuedRun): boolean {
    if (!this.consumer || this.closed || this.ready.size > 0 || this.active.size >= this.concurrency)
      return false;
    if (lane !== null && this.lanes.isFull(lane)) return false;
    this.lanes.enter(id, lane);
    this.active.set(id, true);
    return true;
  }

  private deliver(): void {
    if (!this.consumer || this.closed) return;
    while (this.active.size < this.concurrency) {
      const next = this.ready.shift();
      if (next === undefined) return;
      if (this.lanes.enter(...next)) void this.work(this.consumer, ...next);
    }
  }

  private async work(consumer: Consumer, id: number, lane: string | null): Promise<void> {
    this.active.set(id, true);
    try {
      await consumer(id, BEGUN);
    } catch (error) {
      this.logger.error(`run ${String(id)} is left to recovery: ${String(error)}`);
    }
    this.leave(id, lane);
    this.deliver();
  }

  private leave(id: number, lane: string | null): void {
    this.active.delete(id);
    if (this.again.delete(id)) this.ready.set(id, lane);
    const next = this.lanes.leave(lane);
    // It has waited longer than whatever is ready, and takes the place that is free now.
    if (next !== undefined && this.consumer && !this.closed) void this.work(this.consumer, next, lane);
    if (this.active.size === 0) this.whenIdle?.();
  }
}
