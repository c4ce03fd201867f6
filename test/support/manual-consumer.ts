import { until } from './until.js';

/** Consumes runs that end when a test says so. */
export class ManualConsumer {
  /** Every delivery so far, in order. */
  readonly started: number[] = [];
  /** The most runs at a time, and whether one of them was there twice. */
  most = 0;
  twice = false;
  private readonly ends = new Map<number, () => void>();

  /** @param begins whether it can begin what it gets: whoever cannot reach the database does not */
  constructor(private readonly begins = true) {}

  readonly consume = (id: number, begun: () => void): Promise<void> => {
    if (this.begins) begun();
    this.twice ||= this.ends.has(id);
    this.started.push(id);
    return new Promise((resolve) => {
      this.ends.set(id, resolve);
      this.most = Math.max(this.most, this.ends.size);
    });
  };

  get active(): number {
    return this.ends.size;
  }

  finish(...ids: number[]): void {
    for (const id of ids) {
      const end = this.ends.get(id);
      this.ends.delete(id);
      end?.();
    }
  }

  /** Finishes every run that is active, until so many were delivered in all. */
  async finishAll(count: number): Promise<void> {
    // Without a pause between two looks: it is what the queue waits for.
    while (this.started.length < count) {
      this.finish(...this.ends.keys());
      await new Promise(setImmediate);
    }
    this.finish(...this.ends.keys());
  }

  async untilStarted(count: number): Promise<void> {
    await until(() => this.started.length >= count);
  }
}
