import { Injectable } from '@nestjs/common';
import type { Action, ActionContext, ActionFault, ActionResult } from './action.js';
import type { ActionPayload } from './dto/action.dto.js';
import { HttpAction } from './http/http.action.js';
import { LogAction } from './log.action.js';

/** Carries out whatever action a schedule has. */
@Injectable()
export class ActionsService {
  private readonly byType: Readonly<Record<ActionPayload['type'], Action<ActionPayload>>>;

  constructor(log: LogAction, http: HttpAction) {
    this.byType = { log, http };
  }

  /** @see Action.timeoutMs */
  timeoutMs(payload: ActionPayload): number {
    return this.byType[payload.type].timeoutMs(payload);
  }

  /** @see Action.lane */
  lane(payload: ActionPayload): string | null {
    return this.byType[payload.type].lane(payload);
  }

  /** @see Action.secrets */
  secrets(payload: ActionPayload): string[] {
    return this.byType[payload.type].secrets(payload);
  }

  /** @see Action.check */
  check(payload: ActionPayload, title: string, secretNames: readonly string[]): ActionFault[] {
    return this.byType[payload.type].check(payload, title, secretNames);
  }

  /** @see Action.perform */
  perform(payload: ActionPayload, context: ActionContext, signal: AbortSignal): Promise<ActionResult> {
    return this.byType[payload.type].perform(payload, context, signal);
  }
}
