import type { Clock } from '../clock/clock.js';
import { LONGEST_WAIT_MS, type QueuedRun, RunQueue } from './run-queue.js';

type Consumer = (runId: number) => Promise<void>;

/** The run queue of a service that is one process: a list in memory, and a timer for each run that has to wait. */
export class InProcessRunQueue extends RunQueue {
  /** Runs in the order they are to be delivered; a Set keeps that order, and each run once. */
  private readonly ready = new Set<number>();
  private readonly active = new Set<number>();
  /** Added while active: delivered once more, for the row may have changed since the consumer read it. */
  private readonly again = new Set<number>();
  private readonly timers = new Map<number, NodeJS.Timeout>();
  private consumer: Consumer | undefined;
  private closed = false;
  private whenIdle: (() => void) | undefined;

  constructor(
    private readonly concurrency: number,
    private readonly clock: Clock,
  ) {
    super();
  }

  add(runs: readonly QueuedRun[]): void {
    const now = this.clock.now().getTime();
    for (const { id, available_at } of runs) {
      const wait = available_at.getTime() - now;
      if (wait <= 0) this.offer(id);
      else if (wait <= LONGEST_WAIT_MS) this.addLater({ id, available_at }, wait);
    }
    this.deliver();
  }

  consume(consumer: Consumer): void {
    this.consumer = consumer;
    this.deliver();
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

  private offer(id: number): void {
    if (this.active.has(id)) this.again.add(id);
    else this.ready.add(id);
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

  private deliver(): void {
    if (!this.consumer || this.closed) return;
    for (const id of this.ready) {
      if (this.active.size >= this.concurrency) return;
      this.ready.delete(id);
      void this.work(this.consumer, id);
    }
  }

  private async work(consumer: Consumer, id: number): Promise<void> {
    this.active.add(id);
    await consumer(id);
    this.active.delete(id);
    if (this.again.delete(id)) this.ready.add(id);
    if (this.active.size === 0) this.whenIdle?.();
    this.deliver();
  }
}
