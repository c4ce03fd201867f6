import { Injectable } from '@nestjs/common';
import { EventEmitter2, OnEvent } from '@nestjs/event-emitter';
import { IsNull } from 'typeorm';
import { AuditService } from '../audit/audit.service.js';
import { Clock } from '../clock/clock.js';
import { instantText } from '../database/columns.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import type { Principal } from '../http/principal.js';
import { Conflict, NotFound } from '../http/problems.js';
import { RunQueue } from '../run-queue/run-queue.js';
import { SchedulesStopping } from '../schedules/schedule.events.js';
import { Schedule } from '../schedules/schedule.entity.js';
import { SchedulesService } from '../schedules/schedules.service.js';
import { RunLedger } from './run-ledger.js';
import { sqlFrom } from './run-state.js';
import { RUNS_CANCELED, RUNS_CHANGED, type RunsCanceled, type RunsChanged } from './run.events.js';
import { Run } from './run.entity.js';
import { RunsService } from './runs.service.js';

/** What users do about runs: start one now, cancel one, have one done again. */
@Injectable()
export class RunCommands {
  constructor(
    private readonly runs: RunsService,
    private readonly schedules: SchedulesService,
    private readonly unitOfWork: UnitOfWork,
    private readonly ledger: RunLedger,
    private readonly queue: RunQueue,
    private readonly events: EventEmitter2,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /** Runs a schedule now, also a disabled or completed one. Resolves once the run is stored. @throws NotFound */
  async trigger(caller: Principal, scheduleId: number): Promise<Run> {
    const schedule = await this.schedules.get(caller, scheduleId);
    return this.queueNew(caller, 'run.trigger', schedule, this.clock.now());
  }

  /** Does once more what a run did or should have done. @throws NotFound, Conflict when it is not over */
  async replay(caller: Principal, id: number): Promise<Run> {
    const run = await this.runs.get(caller, id);
    if (run.finished_at === null) throw new Conflict(`Run ${String(id)} is not over: cancel it first.`);
    const schedule = await this.schedules.get(caller, run.schedule_id);
    return this.queueNew(caller, 'run.replay', schedule, run.scheduled_for);
  }

  /** Ends a run that is queued or running. @throws NotFound, Conflict when it is over */
  async cancel(caller: Principal, id: number): Promise<Run> {
    const { schedule_id } = await this.runs.get(caller, id);
    const next = await this.unitOfWork.transaction(async (manager) => {
      const canceled = await this.unitOfWork.dialect.query<{ id: number }>(
        manager,
        `UPDATE runs SET status = 'canceled', finished_at = ?, error = 'canceled by a user'
          WHERE id = ? AND status IN (${sqlFrom('canceled')})
      RETURNING id`,
        [instantText(this.clock.now()), id],
      );
      if (canceled.length === 0) throw new Conflict(`Run ${String(id)} is over already.`);
      await this.audit.record(manager, caller, 'run.cancel', id, { schedule_id });
      return this.ledger.nextInLine(manager, [schedule_id]);
    });
    this.events.emit(RUNS_CANCELED, { ids: [id] } satisfies RunsCanceled);
    this.queue.add(next);
    return this.runs.get(caller, id);
  }

  /** What waits for a schedule that is deleted or disabled is canceled. What is running may end. */
  @OnEvent(SchedulesStopping.event, { suppressErrors: false })
  async cancelWaiting({ scheduleIds, manager, afterCommit }: SchedulesStopping): Promise<void> {
    const canceled = await this.ledger.cancelStopped(manager, scheduleIds);
    if (canceled.length > 0)
      afterCommit.push(() => {
        this.tell(canceled);
      });
  }

  private tell(ids: readonly number[]): void {
    this.events.emit(RUNS_CHANGED, { ids } satisfies RunsChanged);
  }

  private async queueNew(
    caller: Principal,
    command: 'run.trigger' | 'run.replay',
    schedule: Schedule,
    scheduled_for: Date,
  ): Promise<Run> {
    const now = this.clock.now();
    const trigger = command === 'run.trigger' ? 'manual' : 'replay';
    const id = await this.unitOfWork.transaction(async (manager) => {
      // It may have been deleted since it was read.
      const there = await manager.existsBy(Schedule, { id: schedule.id, deleted_at: IsNull() });
      if (!there) throw new NotFound('schedule', schedule.id);
      const inserted = await manager.insert(Run, {
        ...{
          schedule_id: schedule.id,
          owner_id: schedule.owner_id,
          scheduled_for,
          trigger,
          status: 'queued',
          attempts: [],
        },
        ...{ max_attempts: schedule.retry_policy.max_attempts, available_at: now, created_at: now },
      });
      const { id } = inserted.identifiers[0] as { id: number };
      await this.audit.record(manager, caller, command, id, { schedule_id: schedule.id });
      return id;
    });
    this.tell([id]);
    const run = await this.runs.byId(id);
    const { lane, owner_id } = schedule;
    this.queue.add([{ id, available_at: run.available_at, lane, owner_id }]);
    return run;
  }
}
