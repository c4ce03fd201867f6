import { Injectable, Logger } from '@nestjs/common';
import { Action, type ActionContext, type ActionResult } from './action.js';
import type { LogActionDto } from './dto/action.dto.js';

/** One structured log line per run. */
@Injectable()
export class LogAction extends Action<LogActionDto> {
  readonly type = 'log';
  private readonly logger = new Logger('Run');

  timeoutMs(): number {
    return 30_000;
  }

  perform(_payload: LogActionDto, { run, schedule }: ActionContext): Promise<ActionResult> {
    this.logger.log(schedule.title, {
      schedule_id: schedule.id,
      run_id: run.id,
      scheduled_for: run.scheduled_for.toISOString(),
      trigger: run.trigger,
      attempt: run.attempt,
    });
    return Promise.resolve({ ok: true });
  }
}
