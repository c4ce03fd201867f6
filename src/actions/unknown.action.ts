import { Injectable } from '@nestjs/common';
import { Action, type ActionResult } from './action.js';
import type { ActionPayload } from './dto/action.dto.js';

/** Stands for an action that this version does not know, in a row that another one wrote: its runs fail. */
@Injectable()
export class UnknownAction extends Action<ActionPayload> {
  readonly type = 'log';

  timeoutMs(): number {
    return 1000;
  }

  perform({ type }: ActionPayload): Promise<ActionResult> {
    return Promise.resolve({ ok: false, retryable: false, error: `there is no action "${type}"` });
  }
}
