import { Injectable } from '@nestjs/common';
import type { Action, ActionContext, ActionFault, ActionResult, Stop } from './action.js';
import type { ActionPayload } from './dto/action.dto.js';
import { HttpAction } from './http/http.action.js';
import { LogAction } from './log.action.js';
import { UnknownAction } from './unknown.action.js';

/** Carries out whatever action a schedule has. */
@Injectable()
export class ActionsService {
  private readonly byType: ReadonlyMap<string, Action<ActionPayload>>;

  constructor(
    log: LogAction,
    http: HttpAction,
    private readonly unknown: UnknownAction,
  ) {
    this.byType = new Map<string, Action<ActionPayload>>([log, http].map((action) => [action.type, action]));
  }

  /** @see Action.timeoutMs */
  timeoutMs(payload: ActionPayload): number {
    return this.of(payload).timeoutMs(payload);
  }

  /** @see Action.lane */
  lane(payload: ActionPayload, ownerId: number | null): string | null {
    return this.of(payload).lane(payload, ownerId);
  }

  /** @see Action.secrets */
  secrets(payload: ActionPayload): string[] {
    return this.of(payload).secrets(payload);
  }

  /** @see Action.check */
  check(payload: ActionPayload, title: string, secretNames: readonly string[]): ActionFault[] {
    return this.of(payload).check(payload, title, secretNames);
  }

  /** @see Action.checkTitle */
  checkTitle(payload: ActionPayload, title: string): ActionFault[] {
    return this.of(payload).checkTitle(payload, title);
  }

  /** @see Action.perform */
  perform(payload: ActionPayload, context: ActionContext, stop: Stop): Promise<ActionResult> {
    return this.of(payload).perform(payload, context, stop);
  }

  /** Rows may hold what another version of the service knew. */
  private of({ type }: ActionPayload): Action<ActionPayload> {
    return this.byType.get(type) ?? this.unknown;
  }
}
