import { Injectable, Logger } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import type { EntityManager } from 'typeorm';
import { Clock } from '../clock/clock.js';
import { fromInstantText, instantText } from '../database/columns.js';
import { Dialect, oneByOne, type ValueType } from '../database/dialect.js';
import { GroupCommit } from '../database/group-commit.js';
import { fromJsonRows } from '../database/json-rows.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { Metrics } from '../metrics/metrics.js';
import { LeaseLost, NodeLease } from '../nodes/node-lease.js';
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
  /** Under which it was started: what becomes of it can be written under no other. */
  readonly node_id: number;
  readonly trigger: RunTrigger;
  readonly attempt: number;
  readonly max_attempts: number;
  readonly scheduled_for: Date;
  readonly started_at: Date;
  readonly of: StartedSchedule;
}

/** Starts and ends that are written in one transaction; twice as many runs may be executed at a time. */
const MAX_BATCH = 1000;

/** A disk or a server may stumble; what is not written for longer than this is worth an alarm. */
const TROUBLE_MS = 15_000;

type Entry = { readonly start: number } | { readonly end: EndedAttempt };

type StartedRow = [
  id: number,
  trigger: RunTrigger,
  attempt: number,
  max_attempts: number,
  scheduled_for: string,
  schedule: StartedScheduleRow,
];

/** How attempts ended, as a table that SQL selects from. */
const ENDED = {
  ...{ id: 'integer', attempt: 'integer', status: 'text', finished_at: 'instant', duration_ms: 'integer' },
  ...{ status_code: 'integer', output: 'text', error: 'text', available_at: 'instant', attempted: 'text' },
} satisfies Record<string, ValueType>;

/** SQL for a value of a run's schedule. */
export const ofSchedule = (column: string): string =>
  `(SELECT ${column} FROM schedules WHERE schedules.id = runs.schedule_id)`;

/** A waiting run as SQL selects it, by `QUEUED_ROW`. */
export interface QueuedRow {
  id: number;
  available_at: string | Date;
  lane: string | null;
  owner_id: number | null;
}

export const QUEUED_ROW = `runs.id, runs.available_at, runs.owner_id, ${ofSchedule('lane')} AS lane`;

export const toQueuedRun = ({ id, available_at, lane, owner_id }: QueuedRow): QueuedRun => ({
  id,
  available_at: fromInstantText(available_at),
  lane,
  owner_id,
});

/** Whether a run's schedule lets it start: it is not deleted, and not disabled where this is one of its occurrences. */
const WANTED = `EXISTS (SELECT 1 FROM schedules
                WHERE schedules.id = runs.schedule_id AND deleted_at IS NULL AND (enabled OR NOT ${OF_OCCURRENCE}))`;

/**
 * Writes what happens to runs into their rows: many starts and ends share one commit, with one statement
 * for all of a kind.
 */
@Injectable()
export class RunLedger {
  private readonly logger = new Logger(RunLedger.name);
  private readonly entries = new GroupCommit((batch: Entry[]) => this.commit(batch), MAX_BATCH);
  /** Since when nothing can be written, and since when the write under way takes. */
  private failingSinceMs: number | undefined;
  private writingSinceMs: number | undefined;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly dialect: Dialect,
    private readonly node: NodeLease,
    private readonly queue: RunQueue,
    private readonly failureLimit: FailureLimit,
    private readonly metrics: Metrics,
    private readonly events: EventEmitter2,
    private readonly clock: Clock,
  ) {}

  /**
   * Takes the run from `queued` to `running`. Resolves once committed; undefined when it may not start: it is
   * not queued, not yet available, has to wait for an earlier run of its schedule, or is canceled here because that is
   * stopped.
   */
  start(id: number): Promise<StartedRun | undefined> {
    return this.entries.add({ start: id });
  }

  /**
   * The same for many, in a transaction under way. They are under way, too, once that is committed: then `announce` them.
   *
   * @throws LeaseLost when others took this node for dead
   */
  async startWithin(manager: EntityManager, ids: readonly number[]): Promise<StartedRun[]> {
    const { id } = this.node;
    await this.node.hold(manager, id);
    return this.writeStarts(manager, id, ids);
  }

  /** Tells those who watch that these runs are under way. */
  announce(started: readonly StartedRun[]): void {
    this.measureStarts(started);
    this.publish(started);
  }

  /** Writes how an attempt ended; leaves a run alone that something else ended meanwhile. */
  async end(attempt: EndedAttempt): Promise<void> {
    await this.entries.add({ end: attempt });
  }

  /** The runs that wait for nothing but a run of these schedules that is over now. */
  async nextInLine(manager: EntityManager, scheduleIds: readonly number[]): Promise<QueuedRun[]> {
    if (scheduleIds.length === 0) return [];
    const rows = await this.dialect.query<QueuedRow>(
      manager,
      `SELECT ${QUEUED_ROW} FROM runs
        WHERE id IN (SELECT min(id) FROM runs
                      WHERE ${this.dialect.among('schedule_id')} AND status IN (${UNFINISHED}) AND ${this.dialect.unindexed('status')} = 'queued'
                   GROUP BY schedule_id)`,
      [JSON.stringify(scheduleIds)],
    );
    return rows.map(toQueuedRun);
  }

  /**
   * Cancels what waits for schedules that are deleted, and the occurrences of those that are disabled. Resolves with the
   * ids of the runs.
   */
  async cancelStopped(manager: EntityManager, scheduleIds: readonly number[]): Promise<number[]> {
    return this.cancelIfStopped(manager, 'schedule_id', scheduleIds);
  }

  /** Cancels those of these runs, by their own ids or their schedules', that wait and may not start. */
  private async cancelIfStopped(
    manager: EntityManager,
    column: 'id' | 'schedule_id',
    ids: readonly number[],
  ): Promise<number[]> {
    if (ids.length === 0) return [];
    const canceled = await this.dialect.query<{ id: number }>(
      manager,
      `UPDATE runs SET status = 'canceled', finished_at = ?, error = 'its schedule was deleted or disabled'
        WHERE ${this.dialect.among(column)} AND status IN (${UNFINISHED}) AND ${this.dialect.unindexed('status')} = 'queued'
          AND NOT ${WANTED}
    RETURNING id`,
      [instantText(this.clock.now()), JSON.stringify(ids)],
    );
    return canceled.map(({ id }) => id);
  }

  /** Why starts and ends of runs are not written, when they have not been for a while. */
  trouble(): string | undefined {
    const since = this.failingSinceMs ?? this.writingSinceMs;
    const forMs = since === undefined ? 0 : this.clock.elapsedMs() - since;
    return forMs < TROUBLE_MS
      ? undefined
      : `run results could not be saved for ${String(Math.floor(forMs / 1000))} s`;
  }

  private async commit(batch: Entry[]): Promise<(StartedRun | undefined)[]> {
    const { id } = this.node;
    this.writingSinceMs = this.clock.elapsedMs();
    try {
      const answers = await this.commitAs(id, batch);
      this.failingSinceMs = undefined;
      return answers;
    } catch (error) {
      try {
        if (!(error instanceof LeaseLost)) throw error;
        await this.node.renew(id);
      } catch (failure) {
        this.report(batch.length, failure);
        throw failure;
      }
      return await this.commit(batch);
    } finally {
      this.writingSinceMs = undefined;
    }
  }

  /** Once until it goes well again. */
  private report(count: number, error: unknown): void {
    if (this.failingSinceMs !== undefined) return;
    this.failingSinceMs = this.clock.elapsedMs();
    this.logger.error(
      `Could not save run results; retrying every second (${String(count)} starts and ends by now): ${String(error)}`,
    );
  }

  private async commitAs(node: number, batch: Entry[]): Promise<(StartedRun | undefined)[]> {
    const starts = batch.flatMap((entry) => ('start' in entry ? [entry.start] : []));
    const ends = batch.flatMap((entry) => ('end' in entry && entry.end.node_id === node ? [entry.end] : []));
    const { started, stopped, next, afterCommit, late } = await this.unitOfWork.bulk(async (manager) => {
      await this.node.hold(manager, node);
      const schedules = [...new Set(ends.map(({ schedule_id }) => schedule_id))];
      const steps = [
        () => this.writeEnds(manager, node, ends),
        () => this.failureLimit.apply(manager, ends),
        () => this.cancelStopped(manager, ends.some(({ retry }) => retry) ? schedules : []),
        () => this.writeStarts(manager, node, starts),
        () => this.nextInLine(manager, schedules),
      ] as const;
      // A failure may disable a schedule, which then starts nothing more.
      const smooth = ends.every(({ status }) => status === 'succeeded');
      const [written, afterCommit, , started, next] = await (smooth
        ? this.dialect.together(steps)
        : oneByOne(steps));
      // Its schedule may have stopped while nobody saw that it waits, in a transaction that was not committed then.
      const begun = new Set(started.map(({ id }) => id));
      const stopped = await this.cancelIfStopped(
        manager,
        'id',
        starts.filter((id) => !begun.has(id)),
      );
      return { started, stopped, next, afterCommit, late: batch.length - starts.length - written };
    });
    if (late > 0)
      this.logger.log(`${String(late)} outcomes came too late: their runs had been settled otherwise`);
    for (const callback of afterCommit) callback();
    this.measureStarts(started);
    this.measureEnds(ends);
    this.publish([...started, ...ends, ...stopped.map((id) => ({ id }))]);
    this.queue.add(next);
    const byId = new Map(started.map((run) => [run.id, run]));
    return batch.map((entry) => ('start' in entry ? byId.get(entry.start) : undefined));
  }

  private publish(runs: readonly { readonly id: number }[]): void {
    this.events.emit(RUNS_CHANGED, { ids: runs.map(({ id }) => id) } satisfies RunsChanged);
  }

  private measureStarts(started: readonly StartedRun[]): void {
    for (const { attempt, trigger, started_at, scheduled_for } of started) {
      if (attempt > 1 || trigger === 'manual' || trigger === 'replay') continue;
      this.metrics.lateness.observe((started_at.getTime() - scheduled_for.getTime()) / 1000);
    }
  }

  private measureEnds(ends: readonly EndedAttempt[]): void {
    for (const { status, duration_ms } of ends) {
      this.metrics.attempts.observe(duration_ms / 1000);
      this.metrics.runs.inc({ status });
    }
  }

  private async writeStarts(
    manager: EntityManager,
    node_id: number,
    ids: readonly number[],
  ): Promise<StartedRun[]> {
    if (ids.length === 0) return [];
    const started_at = this.clock.now();
    const now = instantText(started_at);
    const { dialect } = this;
    const rows = await dialect.query<{ row: string }>(
      manager,
      `UPDATE runs
          SET status = 'running', node_id = ?, attempt = attempt + 1, started_at = ?,
              lateness_ms = coalesce(lateness_ms, round(? - ${dialect.milliseconds('scheduled_for')}))
        WHERE ${dialect.among('id')} AND ${dialect.unindexed('status')} IN (${sqlFrom('running')}) AND available_at <= ?
          AND NOT (${OF_OCCURRENCE} AND ${ofSchedule('overlap_policy')} <> 'allow'
                   AND EXISTS (SELECT 1 FROM runs AS earlier
                                WHERE earlier.schedule_id = runs.schedule_id AND earlier.id < runs.id
                                  AND earlier.status IN (${UNFINISHED})))
          AND ${WANTED}
    RETURNING ${dialect.jsonRow('id', '"trigger"', 'attempt', 'max_attempts', 'scheduled_for', dialect.jsonFrom(ofSchedule(dialect.jsonArray(...STARTED_SCHEDULE))))}`,
      [node_id, now, started_at.getTime(), JSON.stringify(ids), now],
    );
    return fromJsonRows<StartedRow>(rows).map(
      ([id, trigger, attempt, max_attempts, scheduled_for, schedule]) => ({
        id,
        node_id,
        trigger,
        attempt,
        max_attempts,
        started_at,
        scheduled_for: fromInstantText(scheduled_for),
        of: toStartedSchedule(schedule, started_at),
      }),
    );
  }

  /** Resolves with the number of those that were written: the others' runs were settled by something else meanwhile. */
  private async writeEnds(manager: EntityManager, node_id: number, ends: EndedAttempt[]): Promise<number> {
    if (ends.length === 0) return 0;
    const rows = ends.map(({ retry, ...end }) => [
      ...[end.id, end.attempt, end.status, retry ? null : instantText(end.finished_at), end.duration_ms],
      ...[end.status_code, end.output, end.error, retry && instantText(retry.available_at)],
      retry?.ended,
    ]);
    // Within a CASE, so that rows are found by their ids: by the other columns PostgreSQL expects one row of all that are
    // unfinished, and compares each of them with each end.
    return this.dialect.change(
      manager,
      `UPDATE runs
          SET status = ended.status, finished_at = ended.finished_at, duration_ms = ended.duration_ms,
              status_code = ended.status_code, output = ended.output, error = ended.error,
              available_at = coalesce(ended.available_at, runs.available_at),
              attempts = CASE WHEN ended.attempted IS NULL THEN attempts
                              ELSE ${this.dialect.jsonAppended('attempts', 'ended.attempted')} END
         FROM ${this.dialect.rows('ended', ENDED)}
        WHERE runs.id = ended.id
          AND CASE WHEN runs.attempt = ended.attempt AND runs.node_id = ? AND runs.status IN (${sqlFrom('succeeded')})
                   THEN 1 ELSE 0 END = 1`,
      [JSON.stringify(rows), node_id],
    );
  }
}
