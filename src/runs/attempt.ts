import { Logger } from '@nestjs/common';
import type { ActionResult, Stop } from '../actions/action.js';
import type { Failure, Outcome } from './ended-attempt.js';

/** An action that is told to stop has so long to say how far it came. */
const ABORT_GRACE_MS = 500;

/**
 * One execution of a run's action. Ends when the action does. When its time is over, or the run is canceled, the
 * action is told to stop, and has a moment to say how far it came.
 */
export class Attempt implements Stop {
  private timedOut = false;
  private readonly callbacks: (() => void)[] = [];
  isTold = false;
  private timer: NodeJS.Timeout | undefined;
  private cutShort: (() => void) | undefined;

  constructor(private readonly timeoutMs: number) {}

  whenTold(callback: () => void): void {
    if (this.isTold) callback();
    else this.callbacks.push(callback);
  }

  async outcome(action: Promise<ActionResult>): Promise<Outcome> {
    this.timer = setTimeout(() => {
      this.timedOut = true;
      this.stop();
    }, this.timeoutMs);
    const cut = new Promise<undefined>((resolve) => {
      this.cutShort = () => {
        resolve(undefined);
      };
    });
    try {
      const result = await Promise.race([action, cut]);
      if (result?.ok) return result;
      // What the action is sure of by then, such as an answer that is final, counts.
      const undecided = !result || result.retryable;
      return undecided && (this.timedOut || !result) ? timeOut(this.timeoutMs, result) : result;
    } finally {
      clearTimeout(this.timer);
      // There is nothing left to tell; and what V8 still keeps of an attempt then no longer keeps its call.
      this.callbacks.length = 0;
    }
  }

  stop(): void {
    if (this.isTold) return;
    this.isTold = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.cutShort?.(), ABORT_GRACE_MS);
    for (const callback of this.callbacks) tell(callback);
  }
}

/** An action that cannot be told ends without having its say, like one that does not listen. */
function tell(callback: () => void): void {
  try {
    callback();
  } catch (error) {
    new Logger(Attempt.name).error(`an action could not be told to stop: ${String(error)}`);
  }
}

function timeOut(timeoutMs: number, result: Failure | undefined): Outcome {
  const error = `not done within its timeout of ${String(timeoutMs / 1000)} s`;
  return {
    ...(result ?? { ok: false }),
    ...{ retryable: true, timedOut: true, error: result ? `${error}: ${result.error}` : error },
  };
}
