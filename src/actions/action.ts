import type { ActionPayload } from './dto/action.dto.js';

/** What an action is told about the run it serves. */
export interface ActionContext {
  readonly run: { id: number; scheduled_for: Date; trigger: string; attempt: number };
  readonly schedule: { id: number; title: string };
}

/** How an attempt ended. `output` and `error` end up on the run's row. */
export type ActionResult =
  | { readonly ok: true; readonly output?: string }
  | {
      readonly ok: false;
      readonly output?: string;
      readonly error: string;
      /** Whether another attempt may go better. */
      readonly retryable: boolean;
      /** The target asked to be left alone for so long. */
      readonly retryAfterMs?: number;
    };

/**
 * One kind of action. `perform` carries it out once and resolves with how it went; a rejection counts as a
 * failure that may be retried. It may be carried out more than once for the same run (a retry, or a node that
 * died before it could write the result), always with the same run id. It stops when `signal` is aborted: the
 * run was canceled, or took longer than `timeoutMs`.
 */
export abstract class Action<Payload extends ActionPayload> {
  abstract readonly type: Payload['type'];

  /** How long an attempt may take. */
  abstract timeoutMs(payload: Payload): number;

  abstract perform(payload: Payload, context: ActionContext, signal: AbortSignal): Promise<ActionResult>;
}
