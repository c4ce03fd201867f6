import type { Delivery, MisfirePolicy, OverlapPolicy, Schedule } from '@scheduler-service/client';
import { dateTime, duration } from '../ui/time.js';

/** Each policy in the words of who has to choose. */
export const OVERLAP: Readonly<Record<OverlapPolicy, string>> = {
  skip: 'Skip the new one',
  queue: 'Let one wait',
  allow: 'Run both',
  cancel: 'Cancel the old one',
};

export const MISFIRE: Readonly<Record<MisfirePolicy, string>> = {
  once: 'Run the latest',
  skip: 'Run none',
  all: 'Run each',
};

export const DELIVERY: Readonly<Record<Delivery, string>> = {
  at_least_once: 'Run it again',
  at_most_once: 'Leave it',
};

/** A schedule's policies as facts to read. */
export function policiesOf(schedule: Schedule): (readonly [string, string])[] {
  const { retry_policy: retry, start_at, end_at, max_runs, run_count, jitter_seconds } = schedule;
  return [
    ['Still running', OVERLAP[schedule.overlap_policy]],
    [
      'After downtime',
      `${MISFIRE[schedule.misfire_policy]}, within ${duration(schedule.misfire_window_seconds * 1000)}`,
    ],
    ['Node dies', DELIVERY[schedule.delivery]],
    ['Attempts', `up to ${String(retry.max_attempts ?? 3)}`],
    ['Runs so far', max_runs === null ? String(run_count) : `${String(run_count)} of ${String(max_runs)}`],
    ...(jitter_seconds > 0 ? [['Jitter', `up to ${String(jitter_seconds)} s`] as const] : []),
    ...(start_at !== null ? [['From', dateTime(start_at)] as const] : []),
    ...(end_at !== null ? [['Until', dateTime(end_at)] as const] : []),
  ];
}
