import { fromInstantText } from '../database/columns.js';
import type { Dialect } from '../database/dialect.js';
import type { QueuedRun } from '../run-queue/run-queue.js';
import { UNFINISHED } from '../runs/run-state.js';
import type { MisfirePolicy, OverlapPolicy } from '../schedules/policies.js';
import type { DueSchedule } from './settlement.js';

/** What a claim needs to know of a schedule. */
export type OwnedSchedule = DueSchedule & Pick<QueuedRun, 'lane' | 'owner_id'>;

/** SQL for a schedule as {@link toOwnedSchedule} reads it. */
export const dueRow = (dialect: Dialect): string =>
  dialect.jsonRow(
    ...[
      'id',
      'schedule_interval',
      'timezone',
      'next_run',
      'start_at',
      'end_at',
      'created_at',
      'misfire_policy',
    ],
    ...[
      'misfire_window_seconds',
      'overlap_policy',
      'max_runs',
      'run_count',
      'jitter_seconds',
      'lane',
      'owner_id',
    ],
    dialect.jsonNumber('retry_policy', 'max_attempts'),
    `(SELECT max(CASE WHEN status = 'queued' THEN 1 ELSE 0 END) FROM runs WHERE runs.schedule_id = schedules.id AND status IN (${UNFINISHED}))`,
  );

export type DueRow = [
  id: number,
  schedule_interval: string,
  timezone: string,
  next_run: string,
  start_at: string | null,
  end_at: string | null,
  created_at: string,
  misfire_policy: MisfirePolicy,
  misfire_window_seconds: number,
  overlap_policy: OverlapPolicy,
  max_runs: number | null,
  run_count: number,
  jitter_seconds: number,
  lane: string | null,
  owner_id: number | null,
  max_attempts: number,
  waiting: 0 | 1 | null,
];

export function toOwnedSchedule(row: DueRow): OwnedSchedule {
  const [id, schedule_interval, timezone, next_run, start_at, end_at, created_at, ...policies] = row;
  const [misfire_policy, misfire_window_seconds, overlap_policy, max_runs, run_count, ...rest] = policies;
  const [jitter_seconds, lane, owner_id, max_attempts, waiting] = rest;
  return {
    id,
    schedule_interval,
    timezone,
    next_run: fromInstantText(next_run),
    start_at: start_at === null ? null : fromInstantText(start_at),
    end_at: end_at === null ? null : fromInstantText(end_at),
    created_at: fromInstantText(created_at),
    misfire_policy,
    misfire_window_seconds,
    overlap_policy,
    max_runs,
    run_count,
    jitter_seconds,
    lane,
    owner_id,
    max_attempts,
    unfinished: waiting === null ? null : waiting === 1 ? 'waiting' : 'running',
  };
}
