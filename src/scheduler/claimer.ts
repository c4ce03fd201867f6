import { Injectable, Logger } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import type { EntityManager } from 'typeorm';
import { Clock } from '../clock/clock.js';
import { fromSqliteInstant, sqliteInstant } from '../database/columns.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { type QueuedRun, RunQueue } from '../run-queue/run-queue.js';
import { sqlFrom } from '../runs/run-state.js';
import { RUNS_CANCELED, type RunsCanceled } from '../runs/run.events.js';
import { type DueSchedule, type NewRun, settle, type Settlement } from './settlement.js';

export const SLICE = 500;

interface Claimed {
  readonly settlements: readonly (Settlement & { readonly id: number })[];
  readonly queued: readonly QueuedRun[];
  readonly canceled: readonly number[];
}

type Instants = 'next_run' | 'start_at' | 'end_at' | 'created_at';
type DueRow = Omit<DueSchedule, Instants> &
  Record<'next_run' | 'created_at', string> &
  Record<'start_at' | 'end_at', string | null>;

/**
 * Turns due schedules into run rows. Each slice is one transaction: read the schedules that are due, settle
 * what each owes, insert the rows, move `next_run` on. Only what was committed is handed to the queue; if
 * the commit fails nothing happened, and the next call does it again.
 */
@Injectable()
export class Claimer {
  private readonly logger = new Logger(Claimer.name);

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly queue: RunQueue,
    private readonly events: EventEmitter2,
    private readonly clock: Clock,
  ) {}

  /** Claims one slice of what is due. Resolves with the new `next_run` of each schedule it claimed. */
  async claimSlice(): Promise<(Date | null)[]> {
    const now = this.clock.now();
    const { settlements, queued, canceled } = await this.unitOfWork.transaction((manager) =>
      this.claim(manager, now),
    );
    if (canceled.length > 0) this.events.emit(RUNS_CANCELED, { ids: canceled } satisfies RunsCanceled);
    this.queue.add(queued);
    return settlements.map(({ next_run }) => next_run);
  }

  private async claim(manager: EntityManager, now: Date): Promise<Claimed> {
    const due = await this.due(manager, now);
    if (due.length === 0) return { settlements: [], queued: [], canceled: [] };
    const settlements = due.map((schedule) => ({ id: schedule.id, ...this.settle(schedule, now) }));
    const crowded = settlements.filter(({ cancel }) => cancel).map(({ id }) => id);
    const canceled = crowded.length > 0 ? await this.cancelRuns(manager, crowded, now) : [];
    const queued = await this.insertRuns(
      manager,
      settlements.flatMap(({ runs }) => runs),
      now,
    );
    await this.moveOn(manager, settlements, now);
    return { settlements, queued, canceled };
  }

  private async due(manager: EntityManager, now: Date): Promise<DueSchedule[]> {
    const unfinished = (status: string): string =>
      `(SELECT count(*) FROM runs WHERE runs.schedule_id = schedules.id AND runs.status IN ('queued', 'running')
                                   AND runs.status = '${status}')`;
    const rows = await manager.query<DueRow[]>(
      `SELECT id, schedule_interval, timezone, start_at, end_at, created_at, next_run,
              misfire_policy, misfire_window_seconds, overlap_policy, max_runs, run_count, jitter_seconds,
              retry_policy->>'max_attempts' AS max_attempts,
              ${unfinished('running')} AS running, ${unfinished('queued')} AS waiting
         FROM schedules
        WHERE next_run <= ?
     ORDER BY next_run, id
        LIMIT ${String(SLICE)}`,
      [sqliteInstant(now)],
    );
    return rows.map((row) => ({
      ...row,
      next_run: fromSqliteInstant(row.next_run),
      created_at: fromSqliteInstant(row.created_at),
      start_at: row.start_at === null ? null : fromSqliteInstant(row.start_at),
      end_at: row.end_at === null ? null : fromSqliteInstant(row.end_at),
    }));
  }

  /** One schedule that cannot be settled must not hold up the others: it stops, and its row says why. */
  private settle(schedule: DueSchedule, now: Date): Settlement {
    try {
      return settle(schedule, now);
    } catch (error) {
      this.logger.error(`schedule ${String(schedule.id)} cannot go on: ${String(error)}`);
      const lost: NewRun = {
        ...{
          schedule_id: schedule.id,
          scheduled_for: schedule.next_run,
          trigger: 'schedule',
          status: 'missed',
        },
        ...{ max_attempts: 1, available_at: now, missed_count: 1 },
        error: `its next occurrence cannot be computed: ${String(error)}`,
      };
      return { runs: [lost], cancel: false, next_run: null };
    }
  }

  /** Ends the unfinished runs of schedules whose overlap policy is `cancel`. */
  private async cancelRuns(manager: EntityManager, scheduleIds: number[], now: Date): Promise<number[]> {
    const canceled = await manager.query<{ id: number }[]>(
      `UPDATE runs SET status = 'canceled', finished_at = ?, error = 'the next occurrence was due (overlap_policy cancel)'
        WHERE schedule_id IN (SELECT value FROM json_each(?)) AND status IN (${sqlFrom('canceled')})
    RETURNING id`,
      [sqliteInstant(now), JSON.stringify(scheduleIds)],
    );
    return canceled.map(({ id }) => id);
  }

  /** Returns the runs to be executed. An occurrence that already has its row keeps that one. */
  private async insertRuns(manager: EntityManager, runs: NewRun[], now: Date): Promise<QueuedRun[]> {
    const created_at = sqliteInstant(now);
    const rows = runs.map((run) => ({
      ...run,
      scheduled_for: sqliteInstant(run.scheduled_for),
      available_at: sqliteInstant(run.available_at),
      finished_at: run.status === 'queued' ? null : created_at,
    }));
    const inserted = await manager.query<{ id: number; status: string; available_at: string }[]>(
      `INSERT INTO runs (schedule_id, scheduled_for, "trigger", status, max_attempts, available_at, missed_count,
                         error, finished_at, created_at)
       SELECT value->>'schedule_id', value->>'scheduled_for', value->>'trigger', value->>'status',
              value->>'max_attempts', value->>'available_at', value->>'missed_count',
              value->>'error', value->>'finished_at', ?
         FROM json_each(?)
        WHERE TRUE
           ON CONFLICT DO NOTHING
    RETURNING id, status, available_at`,
      [created_at, JSON.stringify(rows)],
    );
    return inserted
      .filter(({ status }) => status === 'queued')
      .map(({ id, available_at }) => ({ id, available_at: fromSqliteInstant(available_at) }));
  }

  private async moveOn(
    manager: EntityManager,
    settlements: Claimed['settlements'],
    now: Date,
  ): Promise<void> {
    const rows = settlements.map(({ id, next_run, runs }) => ({
      id,
      next_run: next_run && sqliteInstant(next_run),
      ran: runs.filter(({ status }) => status === 'queued').length,
    }));
    await manager.query(
      `UPDATE schedules
          SET next_run = settled.next_run,
              last_run = iif(settled.ran > 0, ?, last_run),
              run_count = run_count + settled.ran,
              is_completed = settled.next_run IS NULL
         FROM (SELECT value->>'id' AS id, value->>'next_run' AS next_run, value->>'ran' AS ran
                 FROM json_each(?)) AS settled
        WHERE schedules.id = settled.id`,
      [sqliteInstant(now), JSON.stringify(rows)],
    );
  }
}
