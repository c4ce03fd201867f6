import { Injectable, Logger } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { Clock } from '../clock/clock.js';
import { within } from '../clock/deadline.js';
import { fromInstantText, instantText } from '../database/columns.js';
import { Dialect } from '../database/dialect.js';
import { fromJsonRows } from '../database/json-rows.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { Metrics } from '../metrics/metrics.js';
import { SCHEDULE_UPDATED, type ScheduleEvent } from '../schedules/schedule.events.js';
import { effort } from '../timing/effort.js';
import { nextOccurrence, type Timing } from '../timing/next-occurrence.js';
import { pastOccurrences } from '../timing/past-occurrences.js';

/** A clock that goes back by less is being corrected, as NTP does; nothing is worth a look then. */
const LEAST_STEP_MS = 10_000;

/** So many schedules in one transaction: others write in between. */
const SLICE = 50;

/** A transaction ends with the schedule by which it has computed so many steps about times, as one that claims does. */
const MAX_STEPS = 1000;

/** A database that is silent for longer is given up, so that a later sweep begins the pass anew. */
const ANSWER_MS = 60_000;

/** So many occurrences that ran already are passed over in search of one that did not. */
const MOST_PASSED = 200;

/** Of an occurrence that never began. */
const NOT_BEGUN = `of_occurrence = 1 AND attempt = 0 AND status IN ('queued', 'skipped', 'missed')`;

interface MovedSchedule extends Timing {
  readonly next_run: Date | null;
}

interface Slice {
  /** Those that are due earlier now, and when. */
  readonly moved: readonly ScheduleEvent[];
  /** The last that was looked at, unless no more follow. */
  readonly last: number | undefined;
}

/**
 * Brings back what a clock that was ahead has moved on. While the clock shows a day that has not come, what falls due up to
 * then is claimed: it runs, or is missed, and `next_run` lies beyond. Once the clock is set right, those schedules would be
 * silent until then. So when the clock steps back, what had not begun of occurrences that are yet to come loses its row,
 * and `next_run` is computed anew. What has run keeps its row, and does not run again.
 */
@Injectable()
export class ClockSteps {
  private readonly logger = new Logger(ClockSteps.name);
  /**
   * What the clock showed when no time had elapsed, the latest since the last sweep. It changes when somebody sets the
   * clock, and only then.
   */
  private origin: number | undefined;
  private toMend = false;
  private mending: Promise<void> | undefined;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly dialect: Dialect,
    private readonly events: EventEmitter2,
    private readonly metrics: Metrics,
    private readonly clock: Clock,
  ) {}

  /** To be called when something was claimed: a clock may go ahead and back between two sweeps. */
  look(): void {
    if (this.origin !== undefined) this.origin = Math.max(this.origin, this.currentOrigin());
  }

  /**
   * To be called before what is due is claimed. Costs nothing unless the clock has stepped back since the last call.
   * Called while a pass is under way, which may take minutes, it waits for that one.
   */
  mend(): Promise<void> {
    this.mending ??= this.mendOnce().finally(() => (this.mending = undefined));
    return this.mending;
  }

  private async mendOnce(): Promise<void> {
    const origin = this.currentOrigin();
    const back = this.origin === undefined ? await this.aheadAtFirst() : this.origin - origin;
    this.origin = origin;
    if (back >= LEAST_STEP_MS) {
      this.toMend = true;
      this.metrics.clockSteps.inc();
      this.logger.warn(
        `The clock was set back by ${String(Math.round(back / 1000))} s. Schedules that had moved on too far come back.`,
      );
    }
    if (!this.toMend) return;
    const moved = await this.bringBack(this.clock.now());
    this.toMend = false;
    this.logger.warn(`${String(moved)} schedules had moved on too far, and are due by the clock again.`);
  }

  private currentOrigin(): number {
    return this.clock.now().getTime() - this.clock.elapsedMs();
  }

  private async aheadAtFirst(): Promise<number> {
    try {
      return await within(ANSWER_MS, this.aheadOfNow());
    } catch (error) {
      // What is claimed before this is known hides it. So all schedules are looked at as soon as they can be.
      this.toMend = true;
      throw error;
    }
  }

  /** How far the clock was ahead when this database was last used. */
  private async aheadOfNow(): Promise<number> {
    const [last] = await this.dialect.query<{ created_at: string | Date }>(
      this.dataSource,
      'SELECT created_at FROM runs ORDER BY id DESC LIMIT 1',
    );
    return last ? fromInstantText(last.created_at).getTime() - this.clock.now().getTime() : 0;
  }

  private async bringBack(now: Date): Promise<number> {
    let moved = 0;
    let last: number | undefined = 0;
    while (last !== undefined) {
      const from: number = last;
      const slice = await this.write((manager) => this.bringSliceBack(manager, from, now));
      moved += slice.moved.length;
      for (const schedule of slice.moved) this.events.emit(SCHEDULE_UPDATED, schedule);
      last = slice.last;
      await new Promise(setImmediate);
    }
    await this.write((manager) => this.hurryRetries(manager, now));
    return moved;
  }

  private write<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return within(ANSWER_MS, this.unitOfWork.transaction(work));
  }

  private async bringSliceBack(manager: EntityManager, after: number, now: Date): Promise<Slice> {
    const schedules = await this.suspects(manager, after, now);
    const free = new Map<number, Date>();
    const steps = effort();
    let last: number | undefined;
    for (const schedule of schedules) {
      const next = await this.comesBackAt(manager, schedule, now);
      if (next) free.set(schedule.id, next);
      last = schedule.id;
      if (steps() > MAX_STEPS) break;
    }
    if (schedules.length < SLICE && last === schedules.at(-1)?.id) last = undefined;
    if (free.size === 0) return { moved: [], last };
    const moved = await this.dialect.query<{ id: number }>(
      manager,
      `UPDATE schedules SET next_run = moved.next_run, is_completed = FALSE
         FROM ${this.dialect.rows('moved', { id: 'integer', next_run: 'instant' })}
        WHERE schedules.id = moved.id AND (max_runs IS NULL OR run_count < max_runs)
    RETURNING schedules.id`,
      [JSON.stringify([...free].map(([id, next]) => [id, instantText(next)]))],
    );
    return { moved: moved.map(({ id }) => ({ id, next_run: free.get(id) ?? null })), last };
  }

  /** When it is due by the clock as it is now, if that is earlier than its row says; its rows of later ones are gone. */
  private async comesBackAt(
    manager: EntityManager,
    schedule: MovedSchedule,
    now: Date,
  ): Promise<Date | undefined> {
    const next = this.nextOf(schedule, now);
    if (!next || (schedule.next_run && schedule.next_run <= next)) return undefined;
    await this.takeBack(manager, schedule, now);
    const free = await this.firstThatHasNoRow(manager, schedule, next);
    return free && (!schedule.next_run || free < schedule.next_run) ? free : undefined;
  }

  /** One schedule that cannot be read, as after an upgrade that dropped its zone, must not hold up the others. */
  private nextOf(schedule: MovedSchedule, after: Date): Date | null {
    try {
      return nextOccurrence(schedule, after);
    } catch (error) {
      this.logger.error(`schedule ${String(schedule.id)} stays as it is: ${String(error)}`);
      return null;
    }
  }

  /** Schedules that may have moved on too far, or were completed by it: not by their users, who change `updated_at`. */
  private async suspects(manager: EntityManager, after: number, now: Date): Promise<MovedSchedule[]> {
    const { dialect } = this;
    const at = instantText(now);
    const rows = await dialect.query<{ row: string }>(
      manager,
      `SELECT ${dialect.jsonRow('id', 'schedule_interval', 'timezone', 'start_at', 'end_at', 'created_at', 'next_run')}
         FROM schedules
        WHERE id > ? AND enabled AND deleted_at IS NULL
          AND (next_run > ? OR (is_completed AND updated_at <= ?
               AND (SELECT created_at FROM runs WHERE schedule_id = schedules.id AND of_occurrence = 1
                  ORDER BY scheduled_for DESC LIMIT 1) > ?))
     ORDER BY id
        LIMIT ${String(SLICE)} ${dialect.forUpdate}`,
      [after, at, at, at],
    );
    return fromJsonRows<SuspectRow>(rows).map(toSchedule);
  }

  /** What was written of occurrences that are yet to come, and have not begun, as if it never was. */
  private async takeBack(manager: EntityManager, schedule: MovedSchedule, now: Date): Promise<void> {
    const { dialect } = this;
    const at = instantText(now);
    const [counted] = await dialect.query<{ runs: number }>(
      manager,
      `SELECT count(*) AS runs FROM runs
        WHERE schedule_id = ? AND scheduled_for > ? AND ${NOT_BEGUN} AND status = 'queued'`,
      [schedule.id, at],
    );
    const queued = counted?.runs ?? 0;
    if (queued > 0)
      await dialect.change(manager, 'UPDATE schedules SET run_count = run_count - ? WHERE id = ?', [
        queued,
        schedule.id,
      ]);
    await dialect.change(
      manager,
      `DELETE FROM runs WHERE schedule_id = ? AND scheduled_for > ? AND ${NOT_BEGUN}`,
      [schedule.id, at],
    );
    // The one row of several that were missed may begin before now, and end after.
    const [straddling] = await dialect.query<{
      id: number;
      scheduled_for: string | Date;
      missed_count: number;
    }>(
      manager,
      `SELECT id, scheduled_for, missed_count FROM runs
        WHERE schedule_id = ? AND scheduled_for <= ? AND status = 'missed' AND created_at > ?
     ORDER BY scheduled_for DESC LIMIT 1`,
      [schedule.id, at, at],
    );
    if (!straddling) return;
    const { count } = pastOccurrences(schedule, fromInstantText(straddling.scheduled_for), now, 0);
    if (count < straddling.missed_count)
      await dialect.change(manager, 'UPDATE runs SET missed_count = ? WHERE id = ?', [count, straddling.id]);
  }

  private async firstThatHasNoRow(
    manager: EntityManager,
    schedule: MovedSchedule,
    first: Date,
  ): Promise<Date | null> {
    const rows = await this.dialect.query<{ scheduled_for: string | Date }>(
      manager,
      `SELECT scheduled_for FROM runs WHERE schedule_id = ? AND scheduled_for >= ? AND of_occurrence = 1
     ORDER BY scheduled_for LIMIT ${String(MOST_PASSED)}`,
      [schedule.id, instantText(first)],
    );
    const taken = new Set(rows.map(({ scheduled_for }) => fromInstantText(scheduled_for).getTime()));
    let next: Date | null = first;
    while (next && taken.has(next.getTime())) next = this.nextOf(schedule, next);
    return next;
  }

  /** A retry that waits for an instant of the clock that was ahead would hold up its schedule until then. */
  private async hurryRetries(manager: EntityManager, now: Date): Promise<void> {
    const at = instantText(now);
    await this.dialect.change(
      manager,
      `UPDATE runs SET available_at = ? WHERE status = 'queued' AND available_at > ? AND attempt > 0 AND started_at > ?`,
      [at, at, at],
    );
  }
}

type SuspectRow = [
  id: number,
  schedule_interval: string,
  timezone: string,
  start_at: string | null,
  end_at: string | null,
  created_at: string,
  next_run: string | null,
];

function toSchedule([id, schedule_interval, timezone, ...instants]: SuspectRow): MovedSchedule {
  const [start_at, end_at, created_at, next_run] = instants;
  const instant = (text: string | null): Date | null => (text === null ? null : fromInstantText(text));
  return {
    id,
    schedule_interval,
    timezone,
    start_at: instant(start_at),
    end_at: instant(end_at),
    created_at: fromInstantText(created_at),
    next_run: instant(next_run),
  };
}
