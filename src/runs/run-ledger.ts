import { Injectable } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import type { EntityManager } from 'typeorm';
import { Clock } from '../clock/clock.js';
import { fromSqliteInstant, sqliteInstant } from '../database/columns.js';
import { GroupCommit } from '../database/group-commit.js';
import { fromJsonRows, jsonRow } from '../database/json-rows.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { Metrics } from '../metrics/metrics.js';
import { type QueuedRun, RunQueue } from '../run-queue/run-queue.js';
import type { EndedAttempt } from './ended-attempt.js';
import { FailureLimit } from './failure-limit.js';
import { sqlFrom, UNFINISHED } from './run-state.js';
import { RUNS_CHANGED, type RunsChanged } from './run.events.js';
import { OF_OCCURRENCE, type RunTrigger } from './run.entity.js';
import {
  STARTED_SCHEDULE,
  type StartedSchedule,
  type StartedScheduleRow,
  toStartedSchedule,
} from './started-schedule.js';

/** A run that is now `running` in its row, with what its executor needs to know. */
export interface StartedRun {
  readonly id: number;
  readonly trigger: RunTrigger;
  readonly attempt: number;
  readonly max_attempts: number;
  readonly scheduled_for: Date;
  readonly started_at: Date;
  readonly of: StartedSchedule;
}

/** Starts and ends that are written in one transaction; twice as many runs may be executed at a time. */
const MAX_BATCH = 1000;

type Entry = { readonly start: number } | { readonly end: EndedAttempt };

type StartedRow = [
  id: number,
  trigger: RunTrigger,
  attempt: number,
  max_attempts: number,
  scheduled_for: string,
  schedule: StartedScheduleRow,
];

/** A waiting run as SQL selects it. */
export interface QueuedRow {
  id: number;
  available_at: string;
  lane: string | null;
}

export const toQueuedRun = ({ id, available_at, lane }: QueuedRow): QueuedRun => ({
  id,
  available_at: fromSqliteInstant(available_at),
  lane,
});

/** SQL for a value of a run's schedule. */
export const ofSchedule = (column: string): string =>
  `(SELECT ${column} FROM schedules WHERE schedules.id = runs.schedule_id)`;

/**
 * Writes what happens to runs into their rows: many starts and ends share one commit, with one statement
 * for all of a kind.
 */
@Injectable()
export class RunLedger {
  private readonly entries = new GroupCommit((batch: Entry[]) => this.commit(batch), MAX_BATCH);

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly queue: RunQueue,
    private readonly failureLimit: FailureLimit,
    private readonly metrics: Metrics,
    private readonly events: EventEmitter2,
    private readonly clock: Clock,
  ) {}

  /**
   * Takes the run from `queued` to `running`. Resolves once committed; undefined when it may not start: it is
   * not queued, not yet available, or has to wait for an earlier run of its schedule.
   */
  start(id: number): Promise<StartedRun | undefined> {
    return this.entries.add({ start: id });
  }

  /** Writes how an attempt ended; leaves a run alone that something else ended meanwhile. */
  async end(attempt: EndedAttempt): Promise<void> {
    await this.entries.add({ end: attempt });
  }

  /** The runs that wait for nothing but a run of these schedules that is over now. */
  async nextInLine(manager: EntityManager, scheduleIds: readonly number[]): Promise<QueuedRun[]> {
    const rows = await manager.query<QueuedRow[]>(
      `SELECT min(id) AS id, available_at, ${ofSchedule('lane')} AS lane FROM runs
        WHERE schedule_id IN (SELECT value FROM json_each(?))
          AND status IN (${UNFINISHED}) AND status = 'queued'
     GROUP BY schedule_id`,
      [JSON.stringify(scheduleIds)],
    );
    return rows.map(toQueuedRun);
  }

  /**
   * Cancels what waits for schedules that are deleted, and the occurrences of those that are disabled. Resolves with the
   * ids of the runs.
   */
  async cancelStopped(manager: EntityManager, scheduleIds: readonly number[]): Promise<number[]> {
    const canceled = await manager.query<{ id: number }[]>(
      `UPDATE runs SET status = 'canceled', finished_at = ?, error = 'its schedule was deleted or disabled'
        WHERE schedule_id IN (SELECT value FROM json_each(?)) AND status IN (${UNFINISHED}) AND status = 'queued'
          AND (${ofSchedule('deleted_at')} IS NOT NULL OR (NOT ${ofSchedule('enabled')} AND ${OF_OCCURRENCE}))
    RETURNING id`,
      [sqliteInstant(this.clock.now()), JSON.stringify(scheduleIds)],
    );
    return canceled.map(({ id }) => id);
  }

  private async commit(batch: Entry[]): Promise<(StartedRun | undefined)[]> {
    const starts = batch.flatMap((entry) => ('start' in entry ? [entry.start] : []));
    const ends = batch.flatMap((entry) => ('end' in entry ? [entry.end] : []));
    const { started, next, afterCommit } = await this.unitOfWork.transaction(async (manager) => {
      const schedules = [...new Set(ends.map(({ schedule_id }) => schedule_id))];
      if (ends.length > 0) await this.writeEnds(manager, ends);
      const afterCommit = await this.failureLimit.apply(manager, ends);
      if (ends.some(({ retry }) => retry)) await this.cancelStopped(manager, schedules);
      const started = starts.length > 0 ? await this.writeStarts(manager, starts) : [];
      const next = ends.length > 0 ? await this.nextInLine(manager, schedules) : [];
      return { started, next, afterCommit };
    });
    for (const callback of afterCommit) callback();
    this.measure(started, ends);
    this.events.emit(RUNS_CHANGED, { ids: [...started, ...ends].map(({ id }) => id) } satisfies RunsChanged);
    this.queue.add(next);
    const byId = new Map(started.map((run) => [run.id, run]));
    return batch.map((entry) => ('start' in entry ? byId.get(entry.start) : undefined));
  }

  private measure(started: readonly StartedRun[], ends: readonly EndedAttempt[]): void {
    for (const { attempt, trigger, started_at, scheduled_for } of started) {
      if (attempt > 1 || trigger === 'manual' || trigger === 'replay') continue;
      this.metrics.lateness.observe((started_at.getTime() - scheduled_for.getTime()) / 1000);
    }
    for (const { status, duration_ms } of ends) {
      this.metrics.attempts.observe(duration_ms / 1000);
      this.metrics.runs.inc({ status });
    }
  }

  private async writeStarts(manager: EntityManager, ids: number[]): Promise<StartedRun[]> {
    const started_at = this.clock.now();
    const now = sqliteInstant(started_at);
    const rows = await manager.query<{ row: string }[]>(
      `UPDATE runs
          SET status = 'running', attempt = attempt + 1, started_at = ?,
              lateness_ms = coalesce(lateness_ms, round(? - unixepoch(scheduled_for, 'subsec') * 1000))
        WHERE id IN (SELECT value FROM json_each(?)) AND status IN (${sqlFrom('running')}) AND available_at <= ?
          AND NOT (${OF_OCCURRENCE} AND ${ofSchedule('overlap_policy')} <> 'allow'
                   AND EXISTS (SELECT 1 FROM runs AS earlier
                                WHERE earlier.schedule_id = runs.schedule_id AND earlier.id < runs.id
                                  AND earlier.status IN (${UNFINISHED})))
    RETURNING ${jsonRow('id', '"trigger"', 'attempt', 'max_attempts', 'scheduled_for', ofSchedule(STARTED_SCHEDULE))}`,
      [now, started_at.getTime(), JSON.stringify(ids), now],
    );
    return fromJsonRows<StartedRow>(rows).map(
      ([id, trigger, attempt, max_attempts, scheduled_for, schedule]) => ({
        id,
        trigger,
        attempt,
        max_attempts,
        started_at,
        scheduled_for: fromSqliteInstant(scheduled_for),
        of: toStartedSchedule(schedule, now),
      }),
    );
  }

  private async writeEnds(manager: EntityManager, ends: EndedAttempt[]): Promise<void> {
    const rows = ends.map(({ retry, ...end }) => [
      ...[end.id, end.attempt, end.status, retry ? null : sqliteInstant(end.finished_at), end.duration_ms],
      ...[end.status_code, end.output, end.error, retry && sqliteInstant(retry.available_at)],
      retry?.ended,
    ]);
    await manager.query(
      `UPDATE runs
          SET status = ended.status, finished_at = ended.finished_at, duration_ms = ended.duration_ms,
              status_code = ended.status_code, output = ended.output, error = ended.error,
              available_at = coalesce(ended.available_at, runs.available_at),
              attempts = iif(ended.ended IS NULL, attempts, json_insert(attempts, '$[#]', json(ended.ended)))
         FROM (SELECT value->>0 AS id, value->>1 AS attempt, value->>2 AS status, value->>3 AS finished_at,
                      value->>4 AS duration_ms, value->>5 AS status_code, value->>6 AS output, value->>7 AS error,
                      value->>8 AS available_at, value->>9 AS ended
                 FROM json_each(?)) AS ended
        WHERE runs.id = ended.id AND runs.attempt = ended.attempt AND runs.status IN (${sqlFrom('succeeded')})`,
      [JSON.stringify(rows)],
    );
  }
}
