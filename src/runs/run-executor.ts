import { Injectable, Logger } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import type { ActionResult } from '../actions/action.js';
import { ActionsService } from '../actions/actions.service.js';
import { Clock } from '../clock/clock.js';
import { RunQueue } from '../run-queue/run-queue.js';
import { backoffMs } from './retry-policy.js';
import { type EndedAttempt, RunLedger, type StartedRun } from './run-ledger.js';
import { RUNS_CANCELED, type RunsCanceled } from './run.events.js';

const REPEAT_WRITE_MS = 1000;

type Failure = ActionResult & { ok: false };

/**
 * Works on one run: writes `running`, carries out the action, writes the outcome, in this order, so that
 * whatever dies in between leaves a row that says where. A write that fails is repeated until it succeeds;
 * the action is repeated only as the retry policy says.
 */
@Injectable()
export class RunExecutor {
  private readonly logger = new Logger(RunExecutor.name);
  private readonly stopping = new AbortController();
  private readonly attempts = new Map<number, AbortController>();

  constructor(
    private readonly ledger: RunLedger,
    private readonly queue: RunQueue,
    private readonly actions: ActionsService,
    private readonly clock: Clock,
  ) {}

  async execute(runId: number): Promise<void> {
    const run = await this.persist(runId, () => this.ledger.start(runId));
    if (!run) return;
    const result = await this.attempt(run);
    if (this.stopping.signal.aborted) return;
    const ended = this.endOf(run, result);
    await this.persist(runId, () => this.ledger.end(ended));
    if (ended.retry) this.queue.add([{ id: runId, available_at: ended.retry.available_at }]);
  }

  /** Gives up on attempts and writes that are still under way; recovery finds their rows. */
  stop(): void {
    this.stopping.abort();
    for (const attempt of this.attempts.values()) attempt.abort();
  }

  @OnEvent(RUNS_CANCELED)
  onRunsCanceled({ ids }: RunsCanceled): void {
    for (const id of ids) this.attempts.get(id)?.abort();
  }

  /** Ends when the action does, when its time is over, or when the run is canceled: whatever comes first. */
  private async attempt({ schedule, action, ...run }: StartedRun): Promise<ActionResult | 'timed_out'> {
    const abort = new AbortController();
    this.attempts.set(run.id, abort);
    let timer: NodeJS.Timeout | undefined;
    const cut = new Promise<'timed_out'>((resolve) => {
      timer = setTimeout(() => {
        abort.abort();
      }, this.actions.timeoutMs(action));
      abort.signal.addEventListener('abort', () => {
        resolve('timed_out');
      });
    });
    try {
      return await Promise.race([this.actions.perform(action, { run, schedule }, abort.signal), cut]);
    } catch (error) {
      return { ok: false, retryable: true, error: error instanceof Error ? error.message : String(error) };
    } finally {
      clearTimeout(timer);
      this.attempts.delete(run.id);
    }
  }

  private endOf(run: StartedRun, result: ActionResult | 'timed_out'): EndedAttempt {
    const finished_at = this.clock.now();
    const duration_ms = finished_at.getTime() - run.started_at.getTime();
    const ended = {
      id: run.id,
      schedule_id: run.schedule.id,
      attempt: run.attempt,
      finished_at,
      duration_ms,
    };
    if (result !== 'timed_out' && result.ok) {
      return { ...ended, status: 'succeeded', output: result.output ?? null, error: null, retry: null };
    }
    const failure: Failure = result === 'timed_out' ? this.timeOut(run) : result;
    const { error, output = null } = failure;
    if (!failure.retryable || run.attempt >= run.max_attempts) {
      return {
        ...ended,
        status: result === 'timed_out' ? 'timed_out' : 'failed',
        output,
        error,
        retry: null,
      };
    }
    const wait = backoffMs(run.retry_policy, run.id, run.attempt, failure.retryAfterMs);
    const started_at = run.started_at.toISOString();
    return {
      ...{ ...ended, status: 'queued', output, error },
      retry: {
        available_at: new Date(finished_at.getTime() + wait),
        ended: { attempt: run.attempt, started_at, duration_ms, error, output },
      },
    };
  }

  private timeOut({ action }: StartedRun): Failure {
    const seconds = String(this.actions.timeoutMs(action) / 1000);
    return { ok: false, retryable: true, error: `not done within its timeout of ${seconds} s` };
  }

  /** Resolves with what `write` does, once it succeeds; with undefined when the service stops before. */
  private async persist<T>(runId: number, write: () => Promise<T>): Promise<T | undefined> {
    for (let failures = 0; !this.stopping.signal.aborted; failures++) {
      try {
        return await write();
      } catch (error) {
        if (failures === 0) this.logger.error(`run ${String(runId)} cannot be written yet: ${String(error)}`);
        await new Promise((resolve) => setTimeout(resolve, REPEAT_WRITE_MS));
      }
    }
    return undefined;
  }
}
