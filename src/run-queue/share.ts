import { Fifo } from './fifo.js';
import { IdMap } from './id-map.js';
import type { Line } from './lanes.js';
import type { QueuedRun } from './run-queue.js';

/** What decides which place a run may have. */
export type WaitingRun = Pick<QueuedRun, 'id' | 'lane' | 'owner_id'>;

/** A link of a ring. */
export class Link {
  before: Link = this;
  after: Link = this;

  get isAlone(): boolean {
    return this.after === this;
  }

  unlink(): void {
    this.before.after = this.after;
    this.after.before = this.before;
    this.before = this;
    this.after = this;
  }

  /** Before this one; in a ring that begins with this one, that is at its end. */
  append(link: Link): void {
    link.before = this.before;
    link.after = this;
    this.before.after = link;
    this.before = link;
  }
}

/** What one owner has of the places, and what waits for more. */
export class Share extends Link {
  /** Places it holds. */
  held = 0;
  /** Runs of which it is not known whether their lane is full. */
  readonly ready = new Fifo<WaitingRun>();
  /** Lines whose lane may have a place by now. They go before what is ready: they came earlier. */
  readonly open = new Fifo<Line>();
  /** All that wait for full lanes, by lane. */
  readonly lines = new IdMap<Line, string>();

  constructor(readonly owner: number) {
    super();
  }

  get wantsPlace(): boolean {
    return this.ready.size > 0 || this.open.size > 0;
  }

  get isEmpty(): boolean {
    return this.held === 0 && !this.wantsPlace && this.lines.size === 0;
  }
}
