import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import type { ActionResult, Stop } from '../actions/action.js';
import { ActionsService } from '../actions/actions.service.js';
import { Clock } from '../clock/clock.js';
import { NODE_LOST } from '../nodes/node.events.js';
import { IdMap } from '../run-queue/id-map.js';
import { PendingWork } from '../run-queue/pending-work.js';
import { RunQueue } from '../run-queue/run-queue.js';
import { Attempt } from './attempt.js';
import { type EndedAttempt, endOf, type Outcome } from './ended-attempt.js';
import { RunLedger, type StartedRun } from './run-ledger.js';
import { RUNS_CANCELED, RUNS_CANCELED_ELSEWHERE, type RunsCanceled } from './run.events.js';

const REPEAT_WRITE_MS = 1000;

/** Outcomes that are not written yet when the service stops may take so long. */
const WRITE_GRACE_MS = 2000;

/**
 * Works on one run: writes `running`, carries out the action, writes the outcome, in this order, so that
 * whatever dies in between leaves a row that says where. A write that fails is repeated until it succeeds;
 * the action is repeated only as the retry policy says.
 */
@Injectable()
export class RunExecutor {
  private readonly stopping = new AbortController();
  private readonly attempts = new IdMap<Attempt>();
  /** How many deliveries of each run are under way: until the outcome is written. They may overlap. */
  private readonly underWay = new IdMap<number>();
  /** Runs whose start is committed already, until the queue delivers them. */
  private readonly started = new IdMap<StartedRun>();
  private readonly writes = new PendingWork();
  private deliveredMs: number;
  private readonly logger = new Logger(RunExecutor.name);
  private readonly report = (error: unknown): void => {
    this.logger.error(`a run is left to recovery: ${String(error)}`);
  };

  constructor(
    private readonly ledger: RunLedger,
    private readonly queue: RunQueue,
    private readonly actions: ActionsService,
    private readonly clock: Clock,
  ) {
    this.deliveredMs = clock.elapsedMs();
  }

  /** Whether this process works on the run, or is to work on it next. */
  knows(runId: number): boolean {
    return this.underWay.has(runId) || this.started.has(runId);
  }

  /** Milliseconds since the queue last gave this process a run to work on; at first, since it started. */
  get quietMs(): number {
    return this.clock.elapsedMs() - this.deliveredMs;
  }

  /** Runs that were started in the transaction that made them; the queue is to deliver them next. */
  takeOver(runs: readonly StartedRun[]): void {
    for (const run of runs) this.started.set(run.id, run);
  }

  /**
   * Resolves when the action is over: then the place is free, and the outcome is written in one transaction with
   * the starts of the runs that take it.
   */
  async execute(runId: number, begun: () => void): Promise<void> {
    this.deliveredMs = this.clock.elapsedMs();
    this.come(runId);
    const run = this.started.get(runId) ?? (await this.persist(() => this.ledger.start(runId)));
    this.started.delete(runId);
    begun();
    const result = run && (await this.attempt(run));
    if (!run || !result || this.stopping.signal.aborted) {
      this.go(runId);
      return;
    }
    this.writes.add(this.writeEnd(run, endOf(run, result, this.clock.now())).catch(this.report));
  }

  /** Gives up on attempts that are still under way, and on writes that fail; recovery finds their rows. */
  async stop(): Promise<void> {
    await Promise.race([this.writes.done(), delay(WRITE_GRACE_MS, undefined, { ref: false })]);
    this.stopping.abort();
    for (const attempt of this.attempts.values()) attempt.stop();
  }

  @OnEvent(RUNS_CANCELED)
  @OnEvent(RUNS_CANCELED_ELSEWHERE)
  onRunsCanceled({ ids }: RunsCanceled): void {
    for (const id of ids) this.attempts.get(id)?.stop();
  }

  /** Somebody else settles what this process has begun, and perhaps does it again. */
  @OnEvent(NODE_LOST)
  onNodeLost(): void {
    for (const attempt of this.attempts.values()) attempt.stop();
  }

  private come(runId: number): void {
    this.underWay.set(runId, (this.underWay.get(runId) ?? 0) + 1);
  }

  private go(runId: number): void {
    const others = (this.underWay.get(runId) ?? 1) - 1;
    if (others > 0) this.underWay.set(runId, others);
    else this.underWay.delete(runId);
  }

  private async attempt(run: StartedRun): Promise<Outcome> {
    const attempt = new Attempt(this.actions.timeoutMs(run.of.action));
    this.attempts.set(run.id, attempt);
    try {
      return await attempt.outcome(this.perform(run, attempt));
    } finally {
      // Another delivery of the run may have begun one meanwhile.
      if (this.attempts.get(run.id) === attempt) this.attempts.delete(run.id);
    }
  }

  private async perform(run: StartedRun, stop: Stop): Promise<ActionResult> {
    const { schedule, action } = run.of;
    try {
      return await this.actions.perform(action, { run, schedule }, stop);
    } catch (error) {
      return { ok: false, retryable: true, error: error instanceof Error ? error.message : String(error) };
    }
  }

  private async writeEnd(run: StartedRun, ended: EndedAttempt): Promise<void> {
    await this.persist(() => this.ledger.end(ended));
    this.go(run.id);
    if (!ended.retry) return;
    const { lane, schedule } = run.of;
    const { available_at } = ended.retry;
    this.queue.add([{ id: run.id, available_at, lane, owner_id: schedule.owner_id }]);
  }

  /** Resolves with what `write` does, once it succeeds; with undefined when the service stops before. */
  private async persist<T>(write: () => Promise<T>): Promise<T | undefined> {
    while (!this.stopping.signal.aborted) {
      try {
        return await write();
      } catch {
        // The ledger has reported it.
        await delay(REPEAT_WRITE_MS);
      }
    }
    return undefined;
  }
}
