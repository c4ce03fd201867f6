import type { ActionPayload } from './dto/action.dto.js';

/** What an action is told about the run it serves. */
export interface ActionContext {
  readonly run: { id: number; scheduled_for: Date; trigger: string; attempt: number };
  readonly schedule: {
    id: number;
    title: string;
    owner_id: number | null;
    /** What its calls are signed with, sealed for `schedules/<id>`; the newest first. */
    signing_secrets: readonly string[];
  };
}

/** How an attempt ended. `output`, `error` and `statusCode` end up on the run's row. */
export type ActionResult =
  | { readonly ok: true; readonly output?: string; readonly statusCode?: number }
  | {
      readonly ok: false;
      readonly output?: string;
      readonly statusCode?: number;
      readonly error: string;
      /** Whether another attempt may go better. */
      readonly retryable: boolean;
      /** The target asked to be left alone for so long. */
      readonly retryAfterMs?: number;
      /** There is nothing left to call: why the schedule is to be disabled. */
      readonly gone?: string;
    };

/** Something that is wrong with an action, and the field of it: `url`, `headers.Accept`. */
export interface ActionFault {
  readonly field: string;
  readonly message: string;
}

/**
 * How an action is told to stop. Not an AbortSignal: to make one for each attempt takes as long as to sign the call, and
 * leaves garbage that only a full collection clears away.
 */
export interface Stop {
  readonly isTold: boolean;
  /** Calls back when the action is told to stop; at once when it was. */
  whenTold(callback: () => void): void;
}

/**
 * One kind of action. `perform` carries it out once and resolves with how it went; a rejection counts as a
 * failure that may be retried. It may be carried out more than once for the same run (a retry, or a node that
 * died before it could write the result), always with the same run id. It ends when `stop` tells it to (the run was
 * canceled, or took longer than `timeoutMs`) and then soon resolves with how far it came.
 */
export abstract class Action<Payload extends ActionPayload> {
  abstract readonly type: Payload['type'];

  /** How long an attempt may take. */
  abstract timeoutMs(payload: Payload): number;

  /**
   * What only a limited number of runs at a time may share, such as the origin that is called; null when runs
   * need not wait for each other.
   */
  lane(_payload: Payload, _ownerId: number | null): string | null {
    return null;
  }

  /** The names of the secrets it uses. */
  secrets(_payload: Payload): string[] {
    return [];
  }

  /** What can be known to be wrong before the first run, for an owner who has the secrets of these names. */
  check(_payload: Payload, _title: string, _secretNames: readonly string[]): ActionFault[] {
    return [];
  }

  /** What of `check` depends on the schedule's title. */
  checkTitle(_payload: Payload, _title: string): ActionFault[] {
    return [];
  }

  abstract perform(payload: Payload, context: ActionContext, stop: Stop): Promise<ActionResult>;
}
