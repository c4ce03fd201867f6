import { Injectable, Logger } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import type { ActionContext, ActionResult } from '../actions/action.js';
import { ActionsService } from '../actions/actions.service.js';
import type { ActionPayload } from '../actions/dto/action.dto.js';
import { Clock } from '../clock/clock.js';
import { RunQueue } from '../run-queue/run-queue.js';
import { backoffMs } from './retry-policy.js';
import { type EndedAttempt, RunLedger, type StartedRun } from './run-ledger.js';
import { RUNS_CANCELED, type RunsCanceled } from './run.events.js';

const REPEAT_WRITE_MS = 1000;

/** An action that is told to stop has so long to say how far it came. */
const ABORT_GRACE_MS = 500;

/** Characters of the output kept of an attempt that was not the last: there may be a hundred. */
const REMEMBERED_OUTPUT = 4000;

type Failure = ActionResult & { readonly ok: false };
type Outcome = (ActionResult & { readonly ok: true }) | (Failure & { readonly timedOut?: true });

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
    if (ended.retry) this.queue.add([{ id: runId, available_at: ended.retry.available_at, lane: run.lane }]);
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

  /**
   * Ends when the action does. When its time is over, or the run is canceled, the action is told to stop, and
   * has a moment to say how far it came.
   */
  private async attempt({ schedule, action, ...run }: StartedRun): Promise<Outcome> {
    const abort = new AbortController();
    this.attempts.set(run.id, abort);
    const timeoutMs = this.actions.timeoutMs(action);
    let timedOut = false as boolean;
    const timer = setTimeout(() => {
      timedOut = true;
      abort.abort();
    }, timeoutMs);
    let graceTimer: NodeJS.Timeout | undefined;
    const cut = new Promise<undefined>((resolve) => {
      abort.signal.addEventListener('abort', () => {
        graceTimer = setTimeout(resolve, ABORT_GRACE_MS, undefined);
      });
    });
    try {
      const result = await Promise.race([this.perform(action, { run, schedule }, abort.signal), cut]);
      if (result?.ok) return result;
      // What the action is sure of by then, such as an answer that is final, counts.
      const undecided = !result || result.retryable;
      return undecided && (timedOut || !result) ? timeOut(timeoutMs, result) : result;
    } finally {
      clearTimeout(timer);
      clearTimeout(graceTimer);
      this.attempts.delete(run.id);
    }
  }

  private async perform(
    action: ActionPayload,
    context: ActionContext,
    signal: AbortSignal,
  ): Promise<ActionResult> {
    try {
      return await this.actions.perform(action, context, signal);
    } catch (error) {
      return { ok: false, retryable: true, error: error instanceof Error ? error.message : String(error) };
    }
  }

  private endOf(run: StartedRun, outcome: Outcome): EndedAttempt {
    const finished_at = this.clock.now();
    const duration_ms = finished_at.getTime() - run.started_at.getTime();
    const { output = null, statusCode: status_code = null } = outcome;
    const ended = {
      ...{ id: run.id, schedule_id: run.schedule.id, attempt: run.attempt },
      ...{ finished_at, duration_ms, status_code, output, gone: null, error: null, retry: null },
    };
    if (outcome.ok) return { ...ended, status: 'succeeded' };
    const { error } = outcome;
    const gone = outcome.gone === undefined ? null : { reason: outcome.gone, action: run.action_text };
    if (!outcome.retryable || run.attempt >= run.max_attempts) {
      return { ...ended, status: outcome.timedOut ? 'timed_out' : 'failed', error, gone };
    }
    const wait = backoffMs(run.retry_policy, run.id, run.attempt, outcome.retryAfterMs);
    const remembered = {
      ...{ attempt: run.attempt, started_at: run.started_at.toISOString(), duration_ms },
      ...{ status_code, error, output: output && output.slice(0, REMEMBERED_OUTPUT) },
    };
    return {
      ...{ ...ended, status: 'queued', error },
      retry: { available_at: new Date(finished_at.getTime() + wait), ended: remembered },
    };
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

function timeOut(timeoutMs: number, result: Failure | undefined): Outcome {
  const error = `not done within its timeout of ${String(timeoutMs / 1000)} s`;
  return {
    ...(result ?? { ok: false }),
    ...{ retryable: true, timedOut: true, error: result ? `${error}: ${result.error}` : error },
  };
}
