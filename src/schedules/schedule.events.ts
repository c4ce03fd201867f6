import type { EntityManager } from 'typeorm';

/** Published after the commit, with what the row then said. Nothing is lost when nobody hears it. */
export interface ScheduleEvent {
  readonly id: number;
  readonly next_run: Date | null;
}

export const SCHEDULE_CREATED = 'schedule.created';
export const SCHEDULE_UPDATED = 'schedule.updated';
export const SCHEDULE_DELETED = 'schedule.deleted';

/**
 * Published inside the transaction that changes a schedule which is due, before the change: what it owes so far
 * is settled by what it was, with `manager`. What is pushed to `afterCommit` is called when it is committed.
 */
export class ScheduleChanging {
  static readonly event = 'schedule.changing';
  readonly afterCommit: (() => void)[] = [];

  constructor(
    readonly scheduleId: number,
    readonly manager: EntityManager,
  ) {}
}

/**
 * Published inside the transaction that deleted or disabled schedules: what waits for them must not run. What is pushed
 * to `afterCommit` is called when it is committed.
 */
export class SchedulesStopping {
  static readonly event = 'schedules.stopping';
  readonly afterCommit: (() => void)[] = [];

  constructor(
    readonly scheduleIds: readonly number[],
    readonly manager: EntityManager,
  ) {}
}
