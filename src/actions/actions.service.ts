import { Injectable } from '@nestjs/common';
import type { ActionContext, ActionResult } from './action.js';
import type { ActionPayload } from './dto/action.dto.js';
import { LogAction } from './log.action.js';

/** Carries out whatever action a schedule has. */
@Injectable()
export class ActionsService {
  private readonly byType: { readonly log: LogAction };

  constructor(log: LogAction) {
    this.byType = { log };
  }

  timeoutMs(payload: ActionPayload): number {
    return this.byType[payload.type].timeoutMs();
  }

  perform(payload: ActionPayload, context: ActionContext, signal: AbortSignal): Promise<ActionResult> {
    return this.byType[payload.type].perform(payload, context, signal);
  }
}
