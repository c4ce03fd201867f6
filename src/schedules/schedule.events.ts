/** Published after the commit, with what the row then said. Nothing is lost when nobody hears it. */
export interface ScheduleEvent {
  readonly id: number;
  readonly next_run: Date | null;
}

export const SCHEDULE_CREATED = 'schedule.created';
export const SCHEDULE_UPDATED = 'schedule.updated';
export const SCHEDULE_DELETED = 'schedule.deleted';
