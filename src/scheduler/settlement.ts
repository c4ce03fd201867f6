import type { RunTrigger } from '../runs/run.entity.js';
import { nextOccurrence } from '../timing/next-occurrence.js';

/** A schedule whose `next_run` has come, as the claimer reads it. */
export interface DueSchedule {
  readonly id: number;
  readonly schedule_interval: string;
  readonly timezone: string;
  readonly next_run: Date;
  /** Runs of it that are not over. */
  readonly unfinished: number;
}

/** A run row to be made. `queued` ones are to be executed, the others are only there to tell what became of it. */
export interface NewRun {
  readonly schedule_id: number;
  readonly scheduled_for: Date;
  readonly trigger: RunTrigger;
  readonly status: 'queued' | 'skipped' | 'missed';
  readonly missed_count: number;
  readonly error: string | null;
}

export interface Settlement {
  readonly runs: NewRun[];
  readonly next_run: Date | null;
}

/** An occurrence claimed later than this is a misfire, even when it is the only one. */
const MISFIRE_AFTER_MS = 60_000;

/**
 * What a due schedule owes at `now`: every occurrence up to then ends up in exactly one row. Of several that
 * have piled up the latest runs, and the others become one row, `missed`. An occurrence whose schedule still
 * has an unfinished run is `skipped`.
 */
export function settle(schedule: DueSchedule, now: Date): Settlement {
  const { schedule_interval, timezone, next_run: first } = schedule;
  let latest = first;
  let earlier = 0;
  let next = nextOccurrence(schedule_interval, timezone, latest);
  while (next && next <= now) {
    latest = next;
    earlier++;
    next = nextOccurrence(schedule_interval, timezone, latest);
  }
  const late = earlier > 0 || now.getTime() - latest.getTime() > MISFIRE_AFTER_MS;
  const current: NewRun = {
    ...row(schedule, latest, late ? 'catch_up' : 'schedule'),
    ...(schedule.unfinished > 0
      ? { status: 'skipped', error: 'the previous run of this schedule was not over' }
      : { status: 'queued' }),
  };
  return { runs: earlier > 0 ? [missed(schedule, earlier), current] : [current], next_run: next };
}

const row = (schedule: DueSchedule, scheduled_for: Date, trigger: RunTrigger): NewRun => ({
  schedule_id: schedule.id,
  scheduled_for,
  trigger,
  status: 'queued',
  missed_count: 0,
  error: null,
});

const missed = (schedule: DueSchedule, count: number): NewRun => ({
  ...row(schedule, schedule.next_run, 'catch_up'),
  status: 'missed',
  missed_count: count,
  error: 'the service was not running or could not keep up; only the latest occurrence ran',
});
