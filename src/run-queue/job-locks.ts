import type { Worker } from 'bullmq';
import { within } from '../clock/deadline.js';
import { IdMap } from './id-map.js';
import type { RunData, RunJob } from './run-job.js';

/** A job whose lock is not renewed for so long is handed on, within twice STALLED_MS. */
export const LOCK_MS = 9000;
export const STALLED_MS = 3000;

const RENEW_MS = 3000;

/**
 * Renews the locks by which this node says that it is alive and has these jobs, and hands on the jobs of nodes that do
 * not. BullMQ's worker would do both only for what it processes itself, or not end before its pauses are over.
 */
export class JobLocks {
  private readonly jobs = new IdMap<RunJob, string>();
  private timers: NodeJS.Timeout[] = [];

  constructor(private readonly worker: Worker<RunData, null>) {}

  start(): void {
    this.timers = [
      every(RENEW_MS, () => this.renew()),
      every(STALLED_MS, () => this.worker.getBackend().moveStalledJobsToWait()),
    ];
  }

  keep(job: RunJob): void {
    if (job.id !== undefined) this.jobs.set(job.id, job);
  }

  /** Whether this node still has the job, as far as it knows. */
  has(job: RunJob): boolean {
    return job.id !== undefined && this.jobs.get(job.id) === job;
  }

  drop(job: RunJob): void {
    if (job.id !== undefined && this.has(job)) this.jobs.delete(job.id);
  }

  close(): void {
    for (const timer of this.timers) clearInterval(timer);
  }

  private async renew(): Promise<void> {
    if (this.jobs.size === 0) return;
    const asked = this.jobs.values();
    const ids = asked.map(({ id }) => id ?? '');
    const tokens = asked.map(({ token }) => token ?? '');
    const lost = new Set(await this.worker.extendJobLocks(ids, tokens, LOCK_MS));
    // Redis has handed them on, or has lost them.
    for (const job of asked) if (lost.has(job.id ?? '')) this.drop(job);
  }
}

/** Repeats what may fail while Redis is away. A Redis that keeps silent is not asked again for a while. */
function every(milliseconds: number, work: () => Promise<unknown>): NodeJS.Timeout {
  let working = false;
  return setInterval(() => {
    if (working) return;
    working = true;
    void Promise.resolve()
      .then(() => within(LOCK_MS, work()))
      .catch(() => undefined)
      .finally(() => (working = false));
  }, milliseconds);
}
