import { InvalidFields } from '../http/problems.js';
import { upcomingOccurrences } from '../timing/next-occurrence.js';
import type { Schedule } from './schedule.entity.js';

/** So many occurrences tell how far apart they are. */
const EXAMINED = 5;

/** What decides when a schedule fires. A change of any computes `next_run` anew. */
const TIMING = [
  'schedule_interval',
  'timezone',
  'enabled',
  'is_completed',
  'start_at',
  'end_at',
  'max_runs',
  'jitter_seconds',
] as const;

/** Whether `fields` change when the schedule fires. */
export function changesTiming(schedule: Schedule, fields: Partial<Schedule>): boolean {
  const plain = (value: unknown): unknown => (value instanceof Date ? value.getTime() : value);
  return TIMING.some((name) => fields[name] !== undefined && plain(fields[name]) !== plain(schedule[name]));
}

/** Whether `fields` ask for another rhythm, or for the schedule to go on. */
export const changesInterval = ({
  schedule_interval,
  timezone,
  start_at,
  enabled,
  is_completed,
}: Partial<Schedule>): boolean =>
  [schedule_interval, timezone, start_at].some((field) => field !== undefined) ||
  enabled === true ||
  is_completed === false;

/**
 * When a schedule fires first from now on; null when it must not, being disabled or completed. One that has no
 * run left by `max_runs` is completed by this. `sent` is what its user just asked for.
 *
 * @throws InvalidFields when it is to fire, but has no occurrence left, or when what was sent cannot be
 */
export function firstRun(schedule: Schedule, now: Date, sent: Partial<Schedule>): Date | null {
  const { start_at, end_at, max_runs, run_count, jitter_seconds } = schedule;
  if (sent.end_at && sent.end_at <= now) throw fault('end_at', 'an instant in the future, or null');
  if (sent.end_at && start_at && sent.end_at < start_at)
    throw fault('end_at', 'an instant after start_at, or null');
  if (max_runs !== null && run_count >= max_runs) schedule.is_completed = true;
  if (!schedule.enabled || schedule.is_completed) return null;
  // Where nothing is put off, how far the others are apart does not matter.
  const examined = jitter_seconds > 0 ? EXAMINED : 1;
  const [next, ...others] = upcomingOccurrences(schedule, now, examined);
  if (!next && end_at)
    throw fault('end_at', 'an instant after the first occurrence; before it, there is none');
  if (!next) throw fault('schedule_interval', 'an interval that comes due in the future; this one does not');
  const gaps = others.map((at, n) => at.getTime() - (n === 0 ? next : (others[n - 1] ?? next)).getTime());
  if (jitter_seconds * 1000 >= Math.min(...gaps)) {
    throw fault(
      'jitter_seconds',
      'less than the time between two occurrences, or they would overtake each other',
    );
  }
  return next;
}

const fault = (field: string, message: string): InvalidFields => new InvalidFields([{ field, message }]);
