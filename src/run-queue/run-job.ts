import type { Job, QueueOptions } from 'bullmq';
import type { QueuedRun } from './run-queue.js';
import type { WaitingRun } from './share.js';

/** What a job says of its run. The job's own id is BullMQ's; the run's id is what it is deduplicated by. */
export interface RunData {
  readonly run: number;
  /** Milliseconds since the epoch before which the run must not start. */
  readonly at: number;
  readonly lane: string | null;
  /** Missing from jobs of older versions. */
  readonly owner?: number | null;
}

export type RunJob = Job<RunData, null>;

/** What decides which place the job may have. */
export const waitingRun = ({ data: { run, lane, owner } }: RunJob): WaitingRun => ({
  id: run,
  lane,
  owner_id: owner ?? null,
});

export const QUEUE = 'runs';

/** In braces, so that on a Redis Cluster all keys of the queue are in one place, as BullMQ's scripts need it. */
export const PREFIX = '{scheduler}';

/** BullMQ keeps a stream of events for who wants to watch; nobody does. */
export const QUEUE_OPTIONS = { streams: { events: { maxLen: 100 } } } satisfies Partial<QueueOptions>;

/**
 * The job for a run. BullMQ's custom job ids would refuse a run that is added while its job is active, and so lose what
 * the addition was for; deduplication with `keepLastIfActive` makes another job of it once the active one is done.
 */
export const toJob = ({ id, available_at, lane, owner_id }: QueuedRun, now: Date) => ({
  name: 'run',
  data: { run: id, at: available_at.getTime(), lane, owner: owner_id } satisfies RunData,
  opts: {
    delay: Math.max(0, available_at.getTime() - now.getTime()),
    deduplication: { id: String(id), keepLastIfActive: true },
  },
});
