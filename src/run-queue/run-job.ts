import type { Job, QueueOptions } from 'bullmq';
import type { QueuedRun } from './run-queue.js';

/** What a job says of its run. The job's own id is BullMQ's; the run's id is what it is deduplicated by. */
export interface RunData {
  readonly run: number;
  /** Milliseconds since the epoch before which the run must not start. */
  readonly at: number;
  readonly lane: string | null;
}

export type RunJob = Job<RunData, null>;

export const QUEUE = 'runs';

/** In braces, so that on a Redis Cluster all keys of the queue are in one place, as BullMQ's scripts need it. */
export const PREFIX = '{scheduler}';

/** BullMQ keeps a stream of events for who wants to watch; nobody does. */
export const QUEUE_OPTIONS = { streams: { events: { maxLen: 100 } } } satisfies Partial<QueueOptions>;

/**
 * The job for a run. BullMQ's custom job ids would refuse a run that is added while its job is active, and so lose what
 * the addition was for; deduplication with `keepLastIfActive` makes another job of it once the active one is done.
 */
export const toJob = ({ id, available_at, lane }: QueuedRun, now: Date) => ({
  name: 'run',
  data: { run: id, at: available_at.getTime(), lane } satisfies RunData,
  opts: {
    delay: Math.max(0, available_at.getTime() - now.getTime()),
    deduplication: { id: String(id), keepLastIfActive: true },
  },
});
