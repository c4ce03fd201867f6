import type { Worker } from 'bullmq';
import type { RunData, RunJob } from './run-job.js';

/** A job whose lock is not renewed for so long is handed on, within twice STALLED_MS. */
export const LOCK_MS = 10_000;
export const STALLED_MS = 4000;

const RENEW_MS = 3000;

/** Renews the locks by which this node says that it is alive and has these jobs. */
export class JobLocks {
  private readonly jobs = new Map<string, RunJob>();
  private readonly timer: NodeJS.Timeout;
  private renewing = false;

  constructor(private readonly worker: Worker<RunData, null>) {
    this.timer = setInterval(() => void this.renew(), RENEW_MS);
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
    clearInterval(this.timer);
  }

  private async renew(): Promise<void> {
    // A Redis that is silent must not collect requests.
    if (this.renewing || this.jobs.size === 0) return;
    this.renewing = true;
    try {
      const asked = [...this.jobs.values()];
      const ids = asked.map(({ id }) => id ?? '');
      const lost = new Set(
        await this.worker.extendJobLocks(
          ids,
          asked.map(({ token }) => token ?? ''),
          LOCK_MS,
        ),
      );
      // Redis has handed them on, or has lost them.
      for (const job of asked) if (lost.has(job.id ?? '')) this.drop(job);
    } catch {
      // While Redis is away nobody else gets them either.
    } finally {
      this.renewing = false;
    }
  }
}
