import { Action, type ActionContext, type ActionResult, type Stop } from '../../src/actions/action.js';
import type { LogActionDto } from '../../src/actions/dto/action.dto.js';

type Behaviour = (context: ActionContext, stop: Stop) => ActionResult | Promise<ActionResult>;

/** Stands in for the log action, and does what a test tells it to. It succeeds unless told otherwise. */
export class ScriptedAction extends Action<LogActionDto> {
  readonly type = 'log';
  /** Every attempt so far. */
  readonly calls: ActionContext[] = [];
  behaviour: Behaviour = () => ({ ok: true });
  timeout = 30_000;

  timeoutMs(): number {
    return this.timeout;
  }

  async perform(_payload: LogActionDto, context: ActionContext, stop: Stop): Promise<ActionResult> {
    this.calls.push(context);
    return this.behaviour(context, stop);
  }

  /** From now on attempts hang, until the function this returns ends them all. */
  hang(): (result?: ActionResult) => void {
    let end = (_result: ActionResult): void => undefined;
    const ended = new Promise<ActionResult>((resolve) => (end = resolve));
    this.behaviour = () => ended;
    return (result = { ok: true }) => {
      this.behaviour = () => ({ ok: true });
      end(result);
    };
  }
}
