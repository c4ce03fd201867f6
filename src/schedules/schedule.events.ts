import type { EntityManager } from 'typeorm';

/** Published after the commit, with what the row then said. Nothing is lost when nobody hears it. */
export interface ScheduleEvent {
  readonly id: number;
  readonly next_run: Date | null;
}

export const SCHEDULE_CREATED = 'schedule.created';
export const SCHEDULE_UPDATED = 'schedule.updated';
export const SCHEDULE_DELETED = 'schedule.deleted';

/** Published inside the transaction that deletes a schedule, for what has to happen together with it. */
export class ScheduleDeleting {
  static readonly event = 'schedule.deleting';

  constructor(
    readonly scheduleId: number,
    readonly manager: EntityManager,
  ) {}
}
