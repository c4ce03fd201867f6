import type { RunStatus } from '../runs/run-state.js';
import type { RunTrigger } from '../runs/run.entity.js';
import { MISFIRE_AFTER_MS, type MisfirePolicy, type OverlapPolicy } from '../schedules/policies.js';
import { nextOccurrence, type Timing } from '../timing/next-occurrence.js';
import { pastOccurrences } from '../timing/past-occurrences.js';
import { stableHash } from '../timing/stable-hash.js';

/** A schedule whose `next_run` has come, as the claimer reads it. */
export interface DueSchedule extends Timing {
  readonly next_run: Date;
  readonly misfire_policy: MisfirePolicy;
  readonly misfire_window_seconds: number;
  readonly overlap_policy: OverlapPolicy;
  readonly max_runs: number | null;
  readonly run_count: number;
  readonly jitter_seconds: number;
  readonly max_attempts: number;
  /** What its runs that are not over do; null when it has none. */
  readonly unfinished: 'running' | 'waiting' | null;
}

/** A run row to be made. `queued` ones are to be executed, the others only tell what became of it. */
export interface NewRun {
  readonly schedule_id: number;
  readonly scheduled_for: Date;
  readonly trigger: RunTrigger;
  readonly status: Extract<RunStatus, 'queued' | 'skipped' | 'missed'>;
  readonly max_attempts: number;
  readonly available_at: Date;
  readonly missed_count: number;
  readonly error: string | null;
}

/** What a claim does about one schedule. */
export interface Settlement {
  readonly runs: NewRun[];
  /** Whether its unfinished runs make room. */
  readonly cancel: boolean;
  readonly next_run: Date | null;
  /** Whether `next_run` is null because these runs are the last by `max_runs`. */
  readonly completes: boolean;
}

/** `misfire_policy: all` makes up for so many occurrences at most, the latest. */
const MAX_CATCH_UP = 100;

/**
 * What a due schedule owes at `now`: every occurrence up to then ends up in exactly one row. The misfire policy
 * picks those that run; all others become one row, `missed`. The overlap policy may hold one back: `skipped`.
 */
export function settle(schedule: DueSchedule, now: Date): Settlement {
  const keep = schedule.misfire_policy === 'all' ? MAX_CATCH_UP : 1;
  const past = pastOccurrences(schedule, schedule.next_run, now, keep);
  const late = past.count > 1 || now.getTime() - schedule.next_run.getTime() > MISFIRE_AFTER_MS;
  const eligible = past.latest.filter((occurrence) => mayRun(schedule, occurrence, now));
  const missed = past.count - eligible.length;

  // Once max_runs is reached the schedule is complete: there are no occurrences beyond.
  const left = schedule.max_runs === null ? Infinity : Math.max(0, schedule.max_runs - schedule.run_count);
  const runs = eligible
    .slice(0, left)
    .map((occurrence) => newRun(schedule, occurrence, late ? 'catch_up' : 'schedule'));
  const held = overlap(schedule);
  const settled =
    held === undefined ? runs : runs.map((run) => ({ ...run, status: 'skipped' as const, error: held }));

  const complete = runs.length >= left && held === undefined;
  const next_run = complete ? null : nextOccurrence(schedule, now);
  return {
    runs: missed > 0 ? [missedRow(schedule, missed), ...settled] : settled,
    cancel: schedule.overlap_policy === 'cancel' && runs.length > 0,
    next_run,
    completes: complete,
  };
}

/** Whether the misfire policy lets an occurrence of the past run. */
function mayRun(
  { misfire_policy, misfire_window_seconds }: DueSchedule,
  occurrence: Date,
  now: Date,
): boolean {
  const lateness = now.getTime() - occurrence.getTime();
  const limit = misfire_policy === 'skip' ? MISFIRE_AFTER_MS : misfire_window_seconds * 1000;
  return lateness <= limit;
}

/** Why an occurrence is held back by runs that are not over; undefined when it is not. */
function overlap({ overlap_policy, unfinished }: DueSchedule): string | undefined {
  switch (overlap_policy) {
    case 'skip':
      return unfinished !== null
        ? 'the previous run of this schedule was not over (overlap_policy skip)'
        : undefined;
    case 'queue':
      return unfinished === 'waiting'
        ? 'another run of this schedule was waiting already (overlap_policy queue)'
        : undefined;
    case 'allow':
    case 'cancel':
      return undefined;
  }
}

function newRun(schedule: DueSchedule, scheduled_for: Date, trigger: RunTrigger): NewRun {
  const { id, max_attempts, jitter_seconds } = schedule;
  const at = scheduled_for.getTime();
  const jitter =
    jitter_seconds === 0 ? 0 : stableHash(`${String(id)}@${String(at)}`, jitter_seconds * 1000 + 1);
  return {
    schedule_id: id,
    scheduled_for,
    trigger,
    status: 'queued',
    max_attempts,
    available_at: jitter === 0 ? scheduled_for : new Date(at + jitter),
    missed_count: 0,
    error: null,
  };
}

const REASONS: Readonly<Record<MisfirePolicy, string>> = {
  once: 'of several only the latest runs, unless it is older than misfire_window_seconds (misfire_policy once)',
  skip: 'only one that is at most 60 s late runs (misfire_policy skip)',
  all: `only the latest ${String(MAX_CATCH_UP)} within misfire_window_seconds run (misfire_policy all)`,
};

const missedRow = (schedule: DueSchedule, missed_count: number): NewRun => ({
  ...newRun(schedule, schedule.next_run, 'catch_up'),
  status: 'missed',
  missed_count,
  error: `not claimed in time: the service was not running or could not keep up; ${REASONS[schedule.misfire_policy]}`,
});
