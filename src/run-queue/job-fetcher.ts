import type { Worker } from 'bullmq';
import { SystemClock } from '../clock/clock.js';
import { TooLate, within } from '../clock/deadline.js';
import type { RunData, RunJob } from './run-job.js';

/** So many jobs are asked for at a time when there is much to do. */
const MOST_FETCHED = 32;

const REPEAT_MS = 1000;

/** BullMQ waits for a job so long at the most, then it looks after its connection for a moment. */
export const LONGEST_BLOCK_MS = 10_000;
const ANSWER_MS = LONGEST_BLOCK_MS + 10_000;

/**
 * So long the jobs of an owner that has its share may keep this node from looking for jobs of others behind them. When its
 * runs are short they are soon gone, and to put others aside would only be work.
 */
const CROWDED_MS = 500;

/** What a fetcher needs to know, and whom it tells. */
export interface Fetching {
  /** How many jobs may be fetched now. */
  readonly places: () => number;
  /** Whether what was fetched already is of owners that have their share of the places. */
  readonly isCrowded: () => boolean;
  readonly take: (job: RunJob) => void;
  readonly report: (error: unknown) => void;
}

/** Fetches jobs by hand, as many as there are places for, for as long as the process lives: whatever Redis does. */
export class JobFetcher {
  private readonly clock = new SystemClock();
  private closed = false;
  private tokens = 0;
  private overdue = 0;
  private answeredAt = this.clock.elapsedMs();
  private whenFree: (() => void) | undefined;

  constructor(
    private readonly worker: Worker<RunData, null>,
    private readonly fetching: Fetching,
  ) {}

  /** Milliseconds since Redis last said what there is, or there was no place for it. */
  get silentMs(): number {
    return this.fetching.places() <= 0 ? 0 : this.clock.elapsedMs() - this.answeredAt;
  }

  /** Resolves when it is closed. */
  async run(): Promise<void> {
    this.answeredAt = this.clock.elapsedMs();
    let uncrowdedAt = this.answeredAt;
    for (let size = 1; !this.closed;) {
      const places = this.fetching.places();
      if (places <= 0) {
        await this.placeFree();
        this.answeredAt = this.clock.elapsedMs();
        continue;
      }
      if (!this.fetching.isCrowded()) uncrowdedAt = this.clock.elapsedMs();
      else if (this.clock.elapsedMs() - uncrowdedAt < CROWDED_MS) {
        await this.placeFree(CROWDED_MS);
        continue;
      }
      const asked = Math.min(size, places);
      const found = await this.fetch(asked);
      size = found === asked ? Math.min(asked * 2, MOST_FETCHED) : 1;
      // While an earlier answer is overdue BullMQ does not wait for a job, and says at once that there is none.
      if (found === undefined || (found === 0 && this.overdue > 0))
        await new Promise((resolve) => setTimeout(resolve, REPEAT_MS));
    }
  }

  private async placeFree(longest?: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.whenFree = resolve;
      if (longest !== undefined) timer = setTimeout(resolve, longest);
    });
    clearTimeout(timer);
  }

  /** There may be places again. */
  wake(): void {
    this.whenFree?.();
  }

  close(): void {
    this.closed = true;
    this.wake();
  }

  /** Resolves with the number of jobs, or with undefined when it failed. */
  private async fetch(asked: number): Promise<number | undefined> {
    // Alone it waits for a job, several look whether there are any.
    const block = asked === 1;
    const answers = await Promise.allSettled(Array.from({ length: asked }, () => this.getJob(block)));
    const jobs = answers.flatMap((answer) =>
      answer.status === 'fulfilled' && answer.value ? [answer.value] : [],
    );
    for (const job of jobs) this.fetching.take(job);
    const failed = answers.find((answer) => answer.status === 'rejected');
    if (failed) this.fetching.report(failed.reason);
    else this.answeredAt = this.clock.elapsedMs();
    return failed ? undefined : jobs.length;
  }

  /** Nothing, where BullMQ's type promises a job, when there is none. */
  private async getJob(block: boolean): Promise<RunJob | undefined> {
    const token = `${this.worker.id}:${String(this.tokens++)}`;
    const asked: Promise<RunJob | undefined> = this.worker.getNextJob(token, { block });
    try {
      return await within(ANSWER_MS, asked);
    } catch (error) {
      if (error instanceof TooLate) void this.takeLate(asked);
      throw error;
    }
  }

  /** What comes after all, when nobody waits for it any more. */
  private async takeLate(asked: Promise<RunJob | undefined>): Promise<void> {
    this.overdue++;
    const job = await asked.catch(() => undefined);
    this.overdue--;
    if (job) this.fetching.take(job);
  }
}
