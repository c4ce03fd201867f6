import { RunQueue } from './run-queue.js';

/** The run queue of a service that is one process: a list in memory. */
export class InProcessRunQueue extends RunQueue {
  private waiting: number[] = [];
  /** Where in `waiting` the next run stands; moving this is cheaper than moving the runs. */
  private head = 0;
  private active = 0;
  private closed = false;
  private consumer: ((runId: number) => Promise<void>) | undefined;
  private whenIdle: (() => void) | undefined;

  constructor(private readonly concurrency: number) {
    super();
  }

  add(runIds: readonly number[]): void {
    for (const id of runIds) this.waiting.push(id);
    this.deliver();
  }

  consume(consumer: (runId: number) => Promise<void>): void {
    this.consumer = consumer;
    this.deliver();
  }

  async close(graceMs: number): Promise<void> {
    this.closed = true;
    if (this.active === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, graceMs);
      this.whenIdle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private deliver(): void {
    while (
      this.consumer &&
      !this.closed &&
      this.active < this.concurrency &&
      this.head < this.waiting.length
    ) {
      const id = this.waiting[this.head++];
      if (id !== undefined) void this.work(this.consumer, id);
    }
    if (this.head === this.waiting.length || this.head > 10_000) {
      this.waiting = this.waiting.slice(this.head);
      this.head = 0;
    }
  }

  private async work(consumer: (runId: number) => Promise<void>, id: number): Promise<void> {
    this.active++;
    await consumer(id);
    this.active--;
    if (this.active === 0) this.whenIdle?.();
    this.deliver();
  }
}
