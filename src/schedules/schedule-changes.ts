import { Injectable } from '@nestjs/common';
import { EventEmitter2, OnEvent } from '@nestjs/event-emitter';
import { type EntityManager, In, IsNull } from 'typeorm';
import { AuditService, SERVICE } from '../audit/audit.service.js';
import { Clock } from '../clock/clock.js';
import { Dialect } from '../database/dialect.js';
import { UserDeleting } from '../users/user.events.js';
import {
  SCHEDULE_UPDATED,
  ScheduleChanging,
  type ScheduleEvent,
  SchedulesStopping,
} from './schedule.events.js';
import { Schedule } from './schedule.entity.js';

export type AfterCommit = () => void;

/** What goes with a change of a schedule: what it owes is settled before, what waits is stopped, others are told. */
@Injectable()
export class ScheduleChanges {
  constructor(
    private readonly events: EventEmitter2,
    private readonly audit: AuditService,
    private readonly dialect: Dialect,
    private readonly clock: Clock,
  ) {}

  /** An occurrence that is due belongs to the schedule as it was: a change must not make it vanish. */
  async settle(manager: EntityManager, { id, next_run }: Schedule): Promise<AfterCommit[]> {
    const changing = new ScheduleChanging(id, manager);
    if (next_run && next_run <= this.clock.now())
      await this.events.emitAsync(ScheduleChanging.event, changing);
    return changing.afterCommit;
  }

  /** Cancels what waits to be run for schedules that are deleted or disabled by now. */
  async stop(manager: EntityManager, scheduleIds: readonly number[]): Promise<AfterCommit[]> {
    const stopping = new SchedulesStopping(scheduleIds, manager);
    await this.events.emitAsync(SchedulesStopping.event, stopping);
    return stopping.afterCommit;
  }

  publish(event: string, { id, next_run }: ScheduleEvent): void {
    this.events.emit(event, { id, next_run } satisfies ScheduleEvent);
  }

  /** Disables those of these schedules that are enabled, for a reason that their rows show. */
  async disable(
    manager: EntityManager,
    ids: readonly number[],
    disabled_reason: string,
  ): Promise<AfterCommit[]> {
    if (ids.length === 0) return [];
    await this.dialect.lockRows(manager, 'schedules', ids);
    const schedules = await manager.find(Schedule, {
      // Not the actions, which may be long, of what may be a thousand.
      select: { id: true, next_run: true },
      where: { id: In(ids), enabled: true, deleted_at: IsNull() },
    });
    if (schedules.length === 0) return [];
    const afterCommit: AfterCommit[] = [];
    for (const schedule of schedules) afterCommit.push(...(await this.settle(manager, schedule)));
    const stopped = schedules.map(({ id }) => id);
    await manager.update(
      Schedule,
      { id: In(stopped) },
      { enabled: false, next_run: null, disabled_reason, updated_at: this.clock.now() },
    );
    afterCommit.push(...(await this.stop(manager, stopped)));
    for (const id of stopped) {
      await this.audit.record(manager, SERVICE, 'schedule.disable', id, { reason: disabled_reason });
    }
    const tell = stopped.map((id) => (): void => {
      this.publish(SCHEDULE_UPDATED, { id, next_run: null });
    });
    return [...afterCommit, ...tell];
  }

  /**
   * Nobody is left to answer for these schedules: they stop with the transaction that deletes the user. The
   * alarms and the queue learn of it by the next sweep.
   */
  @OnEvent(UserDeleting.event, { suppressErrors: false })
  async disableAllOf({ userId, manager }: UserDeleting): Promise<void> {
    const schedules = await manager.find(Schedule, { select: { id: true }, where: { owner_id: userId } });
    const ids = schedules.map(({ id }) => id);
    await this.disable(manager, ids, 'its owner was deleted');
  }
}
