import { Logger } from '@nestjs/common';
import { Worker } from 'bullmq';
import { type Clock, SystemClock } from '../clock/clock.js';
import { within } from '../clock/deadline.js';
import { isRefusal } from '../redis/connection-watch.js';
import type { RedisConnections } from '../redis/redis-connections.js';
import { IdMap } from './id-map.js';
import { JobFetcher, LONGEST_BLOCK_MS } from './job-fetcher.js';
import { JobLanes } from './job-lanes.js';
import { JobLocks, LOCK_MS, STALLED_MS } from './job-locks.js';
import { JobProducer } from './job-producer.js';
import { PendingWork } from './pending-work.js';
import { PREFIX, QUEUE, type RunData, type RunJob } from './run-job.js';
import { type Consumer, LONGEST_WAIT_MS, type QueueDepth, type QueuedRun, RunQueue } from './run-queue.js';

/**
 * A job that is put aside comes back by itself after this time, should its node have died; jobs of a node come back one
 * by one, so that those of a target that stays silent cost little, however many they are.
 */
const ASIDE_MS = 10_000;
const ASIDE_APART_MS = 5;

const READY_MS = 10_000;

/** Leaving takes no longer than this besides the grace, whatever Redis does. */
const LEAVE_MS = 2000;

/** A run that has not begun here by then is given back: the database, which this node cannot reach, others may. */
const BEGIN_MS = 3000;

/** What is said of a job on its way out has to be taken by then. */
const SETTLE_MS = 10_000;

/** Longer than Redis may take to say that there is nothing to work on. */
const SILENT_MS = 30_000;

const REPORT_APART_MS = 60_000;

/** The run queue of several nodes: BullMQ on Redis. Jobs of a node that dies are handed on within 20 seconds. */
export class BullMqRunQueue extends RunQueue {
  private readonly producer: JobProducer;
  private readonly worker: Worker<RunData, null>;
  private readonly fetcher: JobFetcher;
  private readonly locks: JobLocks;
  private readonly lanes: JobLanes;
  private readonly logger = new Logger(BullMqRunQueue.name);
  private readonly systemClock = new SystemClock();
  private readonly active = new IdMap<RunJob>();
  /** Handed out again while active here, because Redis believed this node dead. */
  private readonly again = new Map<number, RunJob>();
  private readonly settling = new PendingWork();
  /** Runs that were given back; nothing is fetched until it is clear what became of them. */
  private readonly givenBack = new Set<number>();
  private consumer: Consumer | undefined;
  private closed = false;
  private lastBack = 0;
  private lastReport = 0;
  private whenIdle: (() => void) | undefined;

  constructor(
    private readonly concurrency: number,
    concurrencyPerLane: number,
    private readonly clock: Clock,
    redis: RedisConnections,
    prefix = PREFIX,
  ) {
    super();
    this.producer = new JobProducer(redis, clock, prefix);
    this.lanes = new JobLanes(concurrency, concurrencyPerLane);
    // Without a processor: jobs are fetched by hand, because one that waits for its lane must not take a place.
    this.worker = new Worker(QUEUE, null, {
      connection: redis.connectWorker(LONGEST_BLOCK_MS),
      prefix,
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_MS,
      // A run that brings its node down has a row that says so; here it must not vanish.
      maxStalledCount: Number.MAX_SAFE_INTEGER,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
    });
    this.worker.on('error', this.report);
    this.locks = new JobLocks(this.worker);
    this.fetcher = new JobFetcher(this.worker, {
      places: () => (this.givenBack.size > 0 ? 0 : this.concurrency - this.active.size),
      isCrowded: () => this.lanes.isCrowded,
      take: (job) => {
        this.takeSafely(job);
      },
      report: this.report,
    });
  }

  /** Rejects when Redis does not say within seconds what BullMQ wants to know of it: it asks only once. */
  async ready(): Promise<void> {
    await within(READY_MS, Promise.all([this.producer.ready(), this.worker.waitUntilReady()]));
  }

  add(runs: readonly QueuedRun[]): void {
    const latest = this.clock.now().getTime() + LONGEST_WAIT_MS;
    this.producer.add(runs.filter(({ available_at }) => available_at.getTime() <= latest));
  }

  override restore(runs: readonly QueuedRun[]): void {
    void this.producer.addMissing(runs);
  }

  consume(consumer: Consumer): void {
    this.consumer = consumer;
    this.locks.start();
    void this.fetcher.run();
  }

  depth(): QueueDepth {
    const { ready, held } = this.lanes;
    return { ready: this.producer.unsent + ready, held, delayed: 0, active: this.active.size };
  }

  override trouble(): string | undefined {
    if (this.fetcher.silentMs > SILENT_MS) return 'Redis does not say which runs there are to work on';
    return this.producer.trouble();
  }

  explains(runId: number): Promise<boolean> {
    return this.producer.isTaken(runId);
  }

  /** Jobs in Redis, of all nodes. Rejects when Redis is away. */
  jobCounts(): Promise<Record<string, number>> {
    return this.producer.jobCounts();
  }

  async close(graceMs: number): Promise<void> {
    this.closed = true;
    this.fetcher.close();
    // What waits here for a place may find one on another node.
    const leaving = Promise.all([this.handBack(), this.producer.close()]);
    await this.idle(graceMs);
    await within(LEAVE_MS, Promise.all([leaving, this.settling.done()])).catch(() => undefined);
    this.locks.close();
    await within(LEAVE_MS, this.worker.close(true)).catch(() => undefined);
  }

  /** One job must not keep the others from being fetched. */
  private takeSafely(job: RunJob): void {
    try {
      this.take(job);
    } catch (error) {
      this.logger.error(`a job of Redis cannot be used, and is removed: ${String(error)}`);
      this.settle(job, this.complete(job));
    }
  }

  private take(job: RunJob): void {
    const { run, at } = job.data;
    this.locks.keep(job);
    // What was fetched late may find no place any more.
    if (this.closed || this.active.size >= this.concurrency) this.settle(job, job.moveToWait(job.token));
    // A time that is not a number belongs to a job that Redis has damaged, and that does not say which run it is for.
    else if (!Number.isFinite(at)) this.settle(job, this.complete(job));
    // Nobody adds a run that waits for longer: the clock has been set back. A sweep adds it again, by its row.
    else if (at - this.clock.now().getTime() > LONGEST_WAIT_MS) this.settle(job, this.complete(job));
    else if (at > this.clock.now().getTime()) this.settle(job, this.delay(job, at));
    else if (this.active.has(run)) this.again.set(run, job);
    else this.admit(job);
  }

  private admit(job: RunJob): void {
    if (this.lanes.admit(job)) this.startNext();
    else this.settle(job, this.putAside(job));
  }

  /** Starts the jobs that have a place now, but for those that this node has lost meanwhile. */
  private startNext(): void {
    for (let job = this.closed ? undefined : this.lanes.next(); job; job = this.lanes.next()) {
      if (this.locks.has(job)) void this.work(job);
      else this.leave(job);
    }
  }

  private async work(job: RunJob): Promise<void> {
    const { run } = job.data;
    this.active.set(run, job);
    const patience = setTimeout(() => {
      this.givenBack.add(run);
      this.settle(job, job.moveToWait(job.token));
    }, BEGIN_MS).unref();
    try {
      await this.consumer?.(run, () => {
        clearTimeout(patience);
      });
    } catch (error) {
      this.logger.error(`run ${String(run)} is left to recovery: ${String(error)}`);
    }
    clearTimeout(patience);
    this.active.delete(run);
    if (!this.givenBack.delete(run)) this.settle(job, this.complete(job));
    this.leave(job);
    this.startNext();
    const again = this.again.get(run);
    this.again.delete(run);
    if (again) this.settle(again, again.moveToWait(again.token));
    if (this.active.size === 0) this.whenIdle?.();
    this.fetcher.wake();
  }

  private leave(job: RunJob): void {
    for (const id of this.lanes.leave(job)) this.settle(undefined, this.promote(id));
  }

  private async complete(job: RunJob): Promise<void> {
    await job.moveToCompleted(null, job.token ?? '', false);
  }

  /** BullMQ goes by the system's time, whatever the clock says. */
  private async delay(job: RunJob, at: number): Promise<void> {
    const wait = at - this.clock.now().getTime();
    await job.moveToDelayed(this.systemClock.now().getTime() + wait, job.token);
  }

  private async putAside(job: RunJob): Promise<void> {
    this.lastBack = Math.max(this.lastBack + ASIDE_APART_MS, this.systemClock.now().getTime() + ASIDE_MS);
    await job.moveToDelayed(this.lastBack, job.token);
  }

  /** Fails when the job came back by itself, which is as well. */
  private async promote(jobId: string): Promise<void> {
    await this.worker
      .getBackend()
      .promote(jobId)
      .catch(() => undefined);
  }

  /** Youngest first, for each goes before all others. */
  private async handBack(): Promise<void> {
    const { held, aside } = this.lanes.waiting();
    await Promise.all([
      ...held.reverse().map((job) => job.moveToWait(job.token).catch(() => undefined)),
      ...aside.map((id) => this.promote(id)),
    ]);
  }

  /**
   * Notes that the job is on its way out of this node. When that fails, its lock runs out and it is delivered once more,
   * for the consumer to drop.
   */
  private settle(job: RunJob | undefined, done: Promise<unknown>): void {
    const settled = within(SETTLE_MS, done)
      .then(() => undefined, this.report)
      .finally(() => {
        if (job) this.locks.drop(job);
      });
    this.settling.add(settled);
  }

  private idle(graceMs: number): Promise<void> {
    if (this.active.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, graceMs);
      this.whenIdle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Connections report themselves what happens to them; and a lock that ran out is nobody's fault. */
  private readonly report = (error: unknown): void => {
    const now = this.systemClock.now().getTime();
    if (!isRefusal(error) || now - this.lastReport < REPORT_APART_MS) return;
    this.lastReport = now;
    this.logger.error(`Redis refuses: ${String(error)}`);
  };
}
