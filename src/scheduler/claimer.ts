import { Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../clock/clock.js';
import { fromSqliteInstant, sqliteInstant } from '../database/columns.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { RunQueue } from '../run-queue/run-queue.js';
import { UNFINISHED } from '../runs/run-state.js';
import { type DueSchedule, type NewRun, settle, type Settlement } from './settlement.js';

export const SLICE = 500;

interface Claimed {
  readonly settlements: (Settlement & { id: number })[];
  readonly queued: number[];
}

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
    private readonly clock: Clock,
  ) {}

  /** Claims one slice of what is due. Resolves with the new `next_run` of each schedule it claimed. */
  async claimSlice(): Promise<(Date | null)[]> {
    const now = this.clock.now();
    const { settlements, queued } = await this.unitOfWork.transaction((manager) => this.claim(manager, now));
    this.queue.add(queued);
    return settlements.map(({ next_run }) => next_run);
  }

  private async claim(manager: EntityManager, now: Date): Promise<Claimed> {
    const due = await this.due(manager, now);
    if (due.length === 0) return { settlements: [], queued: [] };
    const settlements = due.map((schedule) => ({ id: schedule.id, ...this.settle(schedule, now) }));
    const queued = await this.insertRuns(
      manager,
      settlements.flatMap(({ runs }) => runs),
      now,
    );
    await this.moveOn(manager, settlements, now);
    return { settlements, queued };
  }

  private async due(manager: EntityManager, now: Date): Promise<DueSchedule[]> {
    const rows = await manager.query<(Omit<DueSchedule, 'next_run'> & { next_run: string })[]>(
      `SELECT id, schedule_interval, timezone, next_run,
              (SELECT count(*) FROM runs
                WHERE runs.schedule_id = schedules.id AND runs.status IN (${UNFINISHED})) AS unfinished
         FROM schedules
        WHERE next_run <= ?
     ORDER BY next_run, id
        LIMIT ${String(SLICE)}`,
      [sqliteInstant(now)],
    );
    return rows.map((row) => ({ ...row, next_run: fromSqliteInstant(row.next_run) }));
  }

  /** One schedule that cannot be settled must not hold up the others: it stops, and its row says why. */
  private settle(schedule: DueSchedule, now: Date): Settlement {
    try {
      return settle(schedule, now);
    } catch (error) {
      this.logger.error(`schedule ${String(schedule.id)} cannot go on: ${String(error)}`);
      const { id: schedule_id, next_run: scheduled_for } = schedule;
      const reason = `its next occurrence cannot be computed: ${String(error)}`;
      return {
        runs: [
          {
            schedule_id,
            scheduled_for,
            trigger: 'schedule',
            status: 'missed',
            missed_count: 1,
            error: reason,
          },
        ],
        next_run: null,
      };
    }
  }

  /** Returns the ids of the runs to be executed. An occurrence that already has its row keeps that one. */
  private async insertRuns(manager: EntityManager, runs: NewRun[], now: Date): Promise<number[]> {
    const created_at = sqliteInstant(now);
    const rows = runs.map((run) => ({
      ...run,
      scheduled_for: sqliteInstant(run.scheduled_for),
      finished_at: run.status === 'queued' ? null : created_at,
    }));
    const inserted = await manager.query<{ id: number; status: string }[]>(
      `INSERT INTO runs (schedule_id, scheduled_for, "trigger", status, missed_count, error, finished_at, created_at)
       SELECT value->>'schedule_id', value->>'scheduled_for', value->>'trigger', value->>'status',
              value->>'missed_count', value->>'error', value->>'finished_at', ?
         FROM json_each(?)
        WHERE TRUE
           ON CONFLICT DO NOTHING
    RETURNING id, status`,
      [created_at, JSON.stringify(rows)],
    );
    return inserted.filter(({ status }) => status === 'queued').map(({ id }) => id);
  }

  private async moveOn(
    manager: EntityManager,
    settlements: Claimed['settlements'],
    now: Date,
  ): Promise<void> {
    const rows = settlements.map(({ id, next_run, runs }) => ({
      id,
      next_run: next_run && sqliteInstant(next_run),
      ran: runs.some(({ status }) => status === 'queued'),
    }));
    await manager.query(
      `UPDATE schedules
          SET next_run = settled.next_run,
              last_run = iif(settled.ran, ?, last_run),
              is_completed = settled.next_run IS NULL
         FROM (SELECT value->>'id' AS id, value->>'next_run' AS next_run, value->>'ran' AS ran
                 FROM json_each(?)) AS settled
        WHERE schedules.id = settled.id`,
      [sqliteInstant(now), JSON.stringify(rows)],
    );
  }
}
