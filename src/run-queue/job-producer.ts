import { Logger } from '@nestjs/common';
import { Queue } from 'bullmq';
import type { Clock } from '../clock/clock.js';
import { within } from '../clock/deadline.js';
import { isRefusal } from '../redis/connection-watch.js';
import type { RedisConnections } from '../redis/redis-connections.js';
import { QUEUE, QUEUE_OPTIONS, type RunData, toJob } from './run-job.js';
import type { QueuedRun } from './run-queue.js';

/** Jobs for one round trip: enough to be fast, few enough not to keep the API waiting. */
const CHUNK = 500;

/** Runs that wait to be sent. Further ones are left to recovery, as are all while Redis is away. */
const MOST_WAITING = 50_000;

/** Redis has to take a chunk by then, or it counts as not sent; that it may be there all the same does no harm. */
const SEND_MS = 10_000;

const FAILING_MS = 15_000;

const RECONNECTED_MS = 1000;

/** Sends runs to Redis, in the order they were added, in the background. */
export class JobProducer {
  private readonly queue: Queue<RunData, null>;
  private readonly logger = new Logger(JobProducer.name);
  private waiting: QueuedRun[] = [];
  private sending: Promise<void> | undefined;
  private asking = false;
  private failing: { readonly since: number; readonly lastAt: number; readonly error: unknown } | undefined;
  private closed = false;

  constructor(
    private readonly redis: RedisConnections,
    private readonly clock: Clock,
    prefix: string,
  ) {
    this.queue = new Queue(QUEUE, { connection: redis.impatient, prefix, ...QUEUE_OPTIONS });
    // Every command of ours reports its own failure.
    this.queue.on('error', () => undefined);
  }

  async ready(): Promise<void> {
    await this.queue.waitUntilReady();
  }

  /** How many runs are not sent yet. */
  get unsent(): number {
    return this.waiting.length;
  }

  add(runs: readonly QueuedRun[]): void {
    if (this.closed || !this.redis.isReady) return;
    for (const run of runs) {
      if (this.waiting.length >= MOST_WAITING) break;
      this.waiting.push(run);
    }
    this.sending ??= this.send().finally(() => (this.sending = undefined));
  }

  /** Adds those runs of which Redis has no job. Asking is much cheaper for it than adding. */
  async addMissing(runs: readonly QueuedRun[]): Promise<void> {
    // A Redis that is silent must not collect questions.
    if (this.asking) return;
    this.asking = true;
    let asked = 0;
    let missing = 0;
    try {
      for (let from = 0; from < runs.length && this.redis.isReady; from += CHUNK) {
        const chunk = runs.slice(from, from + CHUNK);
        const known = await this.known(chunk.map(({ id }) => id));
        const unknown = chunk.filter((_, index) => !known[index]);
        this.add(unknown);
        asked += chunk.length;
        missing += unknown.length;
      }
      // Where some are missing, sending them tells: a Redis that is full still answers questions.
      if (asked > 0 && missing === 0) this.failing = undefined;
    } catch (error) {
      this.report(error);
    } finally {
      this.asking = false;
    }
  }

  /** Jobs in Redis, of all nodes, by their state. */
  jobCounts(): Promise<Record<string, number>> {
    return within(SEND_MS, this.queue.getJobCounts('wait', 'delayed', 'active'));
  }

  /** Why runs are not sent, when they have not been for a while; sweeps would send them again. */
  trouble(): string | undefined {
    if (!this.failing) return undefined;
    const { since, lastAt, error } = this.failing;
    const now = this.clock.elapsedMs();
    if (lastAt - since < FAILING_MS || now - lastAt > FAILING_MS) return undefined;
    return `runs cannot be sent to Redis: ${error instanceof Error ? error.message : String(error)}`;
  }

  /** Whether a node has the run, or has put it aside for a while. */
  async isTaken(runId: number): Promise<boolean> {
    const jobId = await within(SEND_MS, this.queue.getDeduplicationJobId(String(runId)));
    if (jobId === null) return false;
    const state = await within(SEND_MS, this.queue.getJobState(jobId));
    return state === 'active' || state === 'delayed';
  }

  /** Resolves when what was added before is sent, or cannot be. */
  async close(): Promise<void> {
    this.closed = true;
    await this.sending;
    await this.queue.close();
  }

  private async send(): Promise<void> {
    // Whatever else is added in this turn of the event loop goes along.
    await new Promise(setImmediate);
    while (this.waiting.length > 0) {
      const chunk = this.waiting.splice(0, CHUNK);
      try {
        await this.sendChunk(chunk).catch(async (error: unknown) => {
          // A connection that was cut is there again in a moment, and what has arrived all the same is not added twice.
          if (isRefusal(error) || !(await this.redis.isReadyWithin(RECONNECTED_MS))) throw error;
          await this.sendChunk(chunk);
        });
        this.failing = undefined;
      } catch (error) {
        // The rows are still `queued`: recovery adds them again.
        this.waiting = [];
        this.report(error);
      }
    }
  }

  private async sendChunk(chunk: readonly QueuedRun[]): Promise<void> {
    const now = this.clock.now();
    await within(SEND_MS, this.queue.addBulk(chunk.map((run) => toJob(run, now))));
  }

  /** Which runs have a job. A key may outlive its job when Redis was damaged, so both must be there. */
  private async known(ids: readonly number[]): Promise<boolean[]> {
    const keyOf = (name: string): string => this.queue.toKey(name);
    const jobIds = await this.redis.impatient.mget(ids.map((id) => keyOf(`de:${String(id)}`)));
    const pipeline = this.redis.impatient.pipeline();
    for (const jobId of jobIds) if (jobId !== null) pipeline.exists(keyOf(jobId));
    const exist = ((await pipeline.exec()) ?? []).map(([, exists]) => exists === 1);
    return jobIds.map((jobId) => jobId !== null && exist.shift() === true);
  }

  /** Once until it goes well again. Connections report themselves what happens to them. */
  private report(error: unknown): void {
    const now = this.clock.elapsedMs();
    const known = this.failing;
    // What failed long ago and has not since is over.
    const since = known && now - known.lastAt <= FAILING_MS ? known.since : now;
    this.failing = { since, lastAt: now, error };
    if ((known && isRefusal(known.error)) || !isRefusal(error)) return;
    this.logger.error(`Redis takes no runs, they wait in the database: ${String(error)}`);
  }
}
