import type { ActionResult } from '../actions/action.js';
import { storableText } from '../database/storable-text.js';
import { backoffMs } from './retry-policy.js';
import type { StartedRun } from './run-ledger.js';
import type { Transition } from './run-state.js';
import type { EarlierAttempt } from './run.entity.js';

/** Characters of the output kept of an attempt that was not the last: there may be a hundred. */
const REMEMBERED_OUTPUT = 4000;

export type Failure = ActionResult & { readonly ok: false; readonly timedOut?: true };
export type Outcome = (ActionResult & { readonly ok: true }) | Failure;

/** How an attempt ended, and what becomes of its run: over, or `queued` for another attempt. */
export interface EndedAttempt {
  readonly id: number;
  readonly schedule_id: number;
  /** Under which it was started. */
  readonly node_id: number;
  readonly attempt: number;
  readonly status: Extract<Transition, 'succeeded' | 'failed' | 'timed_out' | 'queued'>;
  readonly finished_at: Date;
  readonly duration_ms: number;
  readonly status_code: number | null;
  readonly output: string | null;
  readonly error: string | null;
  /** Why there is nothing left to call, and by which action; null when there may be. */
  readonly gone: { readonly reason: string; readonly action: string } | null;
  /** For a run that is queued again: when, and the attempt as it is remembered. */
  readonly retry: { readonly available_at: Date; readonly ended: EarlierAttempt } | null;
}

/** What an attempt of this outcome means for its run. */
export function endOf(run: StartedRun, outcome: Outcome, finished_at: Date): EndedAttempt {
  const { statusCode: status_code = null } = outcome;
  const output = outcome.output === undefined ? null : storableText(outcome.output);
  // Written out rather than spread together: this is made for every run, and spreading costs several times as much.
  const ended: EndedAttempt = {
    id: run.id,
    schedule_id: run.of.schedule.id,
    node_id: run.node_id,
    attempt: run.attempt,
    status: 'succeeded',
    finished_at,
    // The clock may have been set back meanwhile.
    duration_ms: Math.max(0, finished_at.getTime() - run.started_at.getTime()),
    status_code,
    output,
    error: null,
    gone: null,
    retry: null,
  };
  return outcome.ok ? ended : failureOf(run, outcome, ended);
}

function failureOf(run: StartedRun, outcome: Failure, ended: EndedAttempt): EndedAttempt {
  const { retryable, timedOut, gone, retryAfterMs } = outcome;
  const error = storableText(outcome.error);
  const { action_text, retry_policy } = run.of;
  if (!retryable || run.attempt >= run.max_attempts) {
    const status = timedOut ? 'timed_out' : 'failed';
    return {
      ...ended,
      status,
      error,
      gone: gone === undefined ? null : { reason: gone, action: action_text },
    };
  }
  const { attempt, duration_ms, status_code, output } = ended;
  const started_at = run.started_at.toISOString();
  const remembered = output && output.slice(0, REMEMBERED_OUTPUT);
  const wait = backoffMs(retry_policy, run.id, run.attempt, retryAfterMs);
  return {
    ...{ ...ended, status: 'queued', error },
    retry: {
      available_at: new Date(ended.finished_at.getTime() + wait),
      ended: { attempt, started_at, duration_ms, status_code, error, output: remembered },
    },
  };
}
