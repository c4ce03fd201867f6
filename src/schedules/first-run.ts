import { InvalidFields } from '../http/problems.js';
import { nextOccurrence } from '../timing/next-occurrence.js';
import type { Schedule } from './schedule.entity.js';

/** What decides when a schedule fires. A change of any computes `next_run` anew. */
const TIMING = [
  'schedule_interval',
  'timezone',
  'enabled',
  'is_completed',
  'start_at',
  'end_at',
  'max_runs',
] as const;

/** Whether `fields` change when the schedule fires. */
export function changesTiming(schedule: Schedule, fields: Partial<Schedule>): boolean {
  const plain = (value: unknown): unknown => (value instanceof Date ? value.getTime() : value);
  return TIMING.some((name) => fields[name] !== undefined && plain(fields[name]) !== plain(schedule[name]));
}

/**
 * When a schedule fires first from now on; null when it must not, being disabled or completed. One that has no
 * run left by `max_runs` is completed by this.
 *
 * @throws InvalidFields when it is to fire, but has no occurrence left
 */
export function firstRun(schedule: Schedule, now: Date): Date | null {
  const { start_at, end_at, max_runs, run_count } = schedule;
  if (end_at && end_at <= now) throw fault('end_at', 'an instant in the future, or null');
  if (end_at && start_at && end_at < start_at) throw fault('end_at', 'an instant after start_at, or null');
  if (max_runs !== null && run_count >= max_runs) schedule.is_completed = true;
  if (!schedule.enabled || schedule.is_completed) return null;
  const next = nextOccurrence(schedule, now);
  if (next) return next;
  if (end_at) throw fault('end_at', 'an instant after the first occurrence; before it, there is none');
  throw fault('schedule_interval', 'an interval that comes due in the future; this one is past');
}

const fault = (field: string, message: string): InvalidFields => new InvalidFields([{ field, message }]);
