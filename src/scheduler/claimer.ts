import { Injectable, Logger } from '@nestjs/common';
import { EventEmitter2, OnEvent } from '@nestjs/event-emitter';
import type { EntityManager } from 'typeorm';
import { Clock } from '../clock/clock.js';
import { fromInstantText, instantText } from '../database/columns.js';
import { Dialect, type ValueType } from '../database/dialect.js';
import { fromJsonRows } from '../database/json-rows.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { Metrics } from '../metrics/metrics.js';
import { NO_PLACES, type Places, type QueuedRun, RunQueue } from '../run-queue/run-queue.js';
import { RunExecutor } from '../runs/run-executor.js';
import { RunLedger, type StartedRun } from '../runs/run-ledger.js';
import { sqlFrom } from '../runs/run-state.js';
import { RUNS_CANCELED, RUNS_CHANGED, type RunsCanceled, type RunsChanged } from '../runs/run.events.js';
import { ScheduleChanging } from '../schedules/schedule.events.js';
import { effort } from '../timing/effort.js';
import { nextOccurrence } from '../timing/next-occurrence.js';
import { type DueRow, dueRow, type OwnedSchedule, toOwnedSchedule } from './due-row.js';
import { type DueSchedule, type NewRun, settle, type Settlement } from './settlement.js';

/** So many schedules are claimed in one transaction at most. */
const SLICE = 500;

/**
 * A transaction holds the event loop and the only writer of SQLite. So it makes so many rows at most, which
 * `misfire_policy: all` is quick to reach, and computes so many steps about times, which take 5 ms, or 30 ms in cold
 * code. What is left is due for the next one.
 */
const MAX_ROWS = 500;
const MAX_STEPS = 1000;

interface ClaimedRun extends QueuedRun {
  readonly schedule_id: number;
}

/** The rows that a claim made: those to be executed, and those that only tell what became of an occurrence. */
interface InsertedRuns {
  readonly queued: readonly ClaimedRun[];
  readonly others: readonly number[];
}

/** What one transaction claimed: the new `next_run` of each schedule, and its runs, not yet in the queue. */
export interface ClaimedSlice {
  readonly nextRuns: readonly (Date | null)[];
  /** Whether there may be more that is due. */
  readonly more: boolean;
  readonly handOver: () => void;
}

interface Claimed extends InsertedRuns {
  readonly settlements: readonly Settled[];
  readonly canceled: readonly number[];
  readonly more: boolean;
}

interface Settled extends Settlement {
  readonly id: number;
}

const NONE_BEGUN: ReadonlySet<number> = new Set();

/** New runs, as a table that SQL selects from, in the order of the columns they are inserted into. */
const MADE = {
  ...{ schedule_id: 'integer', scheduled_for: 'instant', reason: 'text', status: 'text' },
  ...{ max_attempts: 'integer', available_at: 'instant', missed_count: 'integer', error: 'text' },
  ...{ finished_at: 'instant', owner_id: 'integer' },
} satisfies Record<string, ValueType>;

/**
 * Turns due schedules into run rows. Each slice is one transaction: read the schedules that are due, settle
 * what each owes, insert the rows, move `next_run` on, and start what finds a place. Only what was committed is handed to the queue; if
 * the commit fails nothing happened, and the next call does it again.
 */
@Injectable()
export class Claimer {
  private readonly logger = new Logger(Claimer.name);
  /** How many schedules the next slice reads: not many more than it can claim. */
  private reach = SLICE;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly dialect: Dialect,
    private readonly queue: RunQueue,
    private readonly ledger: RunLedger,
    private readonly executor: RunExecutor,
    private readonly events: EventEmitter2,
    private readonly metrics: Metrics,
    private readonly clock: Clock,
  ) {}

  /**
   * Claims one slice of what is due. Whoever calls has to hand it over, soon; at once when there is no more.
   *
   * @param mayStart whether no earlier slice waits to be handed over, whose runs must not be overtaken: then the last slice
   *   starts what finds a place in the same transaction
   */
  async claimSlice(mayStart: boolean): Promise<ClaimedSlice> {
    const done = this.metrics.claimSlice.startTimer();
    let places = NO_PLACES;
    try {
      const { slice, started } = await this.unitOfWork.transaction(async (manager) => {
        places.fill(NONE_BEGUN);
        places = NO_PLACES;
        const slice = await this.claim(manager);
        if (mayStart && !slice.more) places = this.queue.reserve(slice.queued);
        const started = places.ids.length > 0 ? await this.ledger.startWithin(manager, places.ids) : [];
        return { slice, started };
      });
      if (slice.settlements.length > 0) done();
      return {
        nextRuns: slice.settlements.map(({ next_run }) => next_run),
        more: slice.more,
        handOver: () => {
          this.handOver(slice, places, started);
        },
      };
    } catch (error) {
      places.fill(NONE_BEGUN);
      throw error;
    }
  }

  /** What a schedule owes is settled before it is changed, in the transaction that changes it. */
  @OnEvent(ScheduleChanging.event, { suppressErrors: false })
  async settleBeforeChange({ scheduleId, manager, afterCommit }: ScheduleChanging): Promise<void> {
    const claimed = await this.claim(manager, scheduleId);
    afterCommit.push(() => {
      this.handOver(claimed);
    });
  }

  private handOver(
    { settlements, queued, others, canceled }: Claimed,
    places: Places = NO_PLACES,
    started: readonly StartedRun[] = [],
  ): void {
    if (canceled.length > 0) this.events.emit(RUNS_CANCELED, { ids: canceled } satisfies RunsCanceled);
    const begun = new Set(started.map(({ id }) => id));
    this.executor.takeOver(started);
    places.fill(begun);
    this.queue.add(queued.filter(({ id }) => !begun.has(id)));
    this.ledger.announce(started);
    for (const { runs } of settlements) for (const { status } of runs) this.metrics.fires.inc({ status });
    if (others.length > 0) this.events.emit(RUNS_CHANGED, { ids: others } satisfies RunsChanged);
  }

  private async claim(manager: EntityManager, only?: number): Promise<Claimed> {
    const now = this.clock.now();
    const limit = only === undefined ? this.reach : 1;
    const due = await this.due(manager, now, limit, only);
    if (due.length === 0) return { settlements: [], queued: [], others: [], canceled: [], more: false };
    const schedules = new Map(due.map((schedule) => [schedule.id, schedule]));
    const settlements = this.settleInOrder(due, now);
    const { queued, others } = await this.insertRuns(
      manager,
      settlements.flatMap(({ runs }) => runs),
      schedules,
      now,
    );
    const fired = new Set(queued.map(({ schedule_id }) => schedule_id));
    const crowded = settlements.filter(({ id, cancel }) => cancel && fired.has(id)).map(({ id }) => id);
    const canceled = crowded.length > 0 ? await this.cancelOthers(manager, crowded, queued, now) : [];
    const moved = settlements.map((one) => goOn(one, schedules.get(one.id), queued, now));
    await this.moveOn(manager, moved, queued, now);
    const cut = settlements.length < due.length;
    if (only === undefined) this.reach = cut ? Math.min(SLICE, 2 * settlements.length) : SLICE;
    const more = cut || due.length === limit;
    return { settlements: moved, queued, others, canceled, more };
  }

  private async due(
    manager: EntityManager,
    now: Date,
    limit: number,
    only?: number,
  ): Promise<OwnedSchedule[]> {
    const { dialect } = this;
    const rows = await dialect.query<{ row: string }>(
      manager,
      `SELECT ${dueRow(dialect)}
         FROM schedules
        WHERE next_run <= ?${only === undefined ? '' : ' AND id = ?'}
     ORDER BY next_run, id
        LIMIT ${String(limit)} ${only === undefined ? dialect.skipLocked : dialect.forUpdate}`,
      only === undefined ? [instantText(now)] : [instantText(now), only],
    );
    return fromJsonRows<DueRow>(rows).map(toOwnedSchedule);
  }

  /** As many as fit into one transaction, the first ones; one at least. */
  private settleInOrder(due: readonly OwnedSchedule[], now: Date): Settled[] {
    const settled: Settled[] = [];
    const steps = effort();
    let rows = 0;
    for (const schedule of due) {
      const settlement = this.settle(schedule, now);
      rows += settlement.runs.length;
      if (rows > MAX_ROWS && settled.length > 0) break;
      settled.push({ id: schedule.id, ...settlement });
      if (steps() > MAX_STEPS) break;
    }
    return settled;
  }

  /** One schedule that cannot be settled must not hold up the others: it stops, and its row says why. */
  private settle(schedule: DueSchedule, now: Date): Settlement {
    try {
      const settlement = settle(schedule, now);
      if (settlement.next_run && settlement.next_run <= now) throw new Error('it does not move on');
      return settlement;
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
      return { runs: [lost], cancel: false, next_run: null, completes: false };
    }
  }

  /** Ends the runs that are in the way of these new ones, by overlap policy `cancel`. */
  private async cancelOthers(
    manager: EntityManager,
    scheduleIds: number[],
    fired: readonly ClaimedRun[],
    now: Date,
  ): Promise<number[]> {
    const canceled = await this.dialect.query<{ id: number }>(
      manager,
      `UPDATE runs SET status = 'canceled', finished_at = ?, error = 'the next occurrence was due (overlap_policy cancel)'
        WHERE ${this.dialect.among('schedule_id')} AND status IN (${sqlFrom('canceled')})
          AND NOT ${this.dialect.among('id')}
    RETURNING id`,
      [instantText(now), JSON.stringify(scheduleIds), JSON.stringify(fired.map(({ id }) => id))],
    );
    return canceled.map(({ id }) => id);
  }

  /** An occurrence that already has its row keeps that one. */
  private async insertRuns(
    manager: EntityManager,
    runs: NewRun[],
    schedules: ReadonlyMap<number, OwnedSchedule>,
    now: Date,
  ): Promise<InsertedRuns> {
    const created_at = instantText(now);
    // Arrays, because SQLite reads a value of an array in half the time it needs for one of an object.
    const rows = runs.map((run) => [
      ...[run.schedule_id, instantText(run.scheduled_for), run.trigger, run.status, run.max_attempts],
      ...[instantText(run.available_at), run.missed_count, run.error],
      run.status === 'queued' ? null : created_at,
      schedules.get(run.schedule_id)?.owner_id,
    ]);
    const inserted = await this.dialect.query<{
      id: number;
      schedule_id: number;
      status: string;
      available_at: string | Date;
    }>(
      manager,
      `INSERT INTO runs (schedule_id, scheduled_for, "trigger", status, max_attempts, available_at, missed_count,
                         error, finished_at, owner_id, of_occurrence, created_at)
       SELECT made.*, 1, ${this.dialect.parameter('instant')} FROM ${this.dialect.rows('made', MADE)}
        WHERE TRUE
           ON CONFLICT DO NOTHING
    RETURNING id, schedule_id, status, available_at`,
      [created_at, JSON.stringify(rows)],
    );
    const queued = inserted
      .filter(({ status }) => status === 'queued')
      .map(({ id, schedule_id, available_at }) => ({
        id,
        schedule_id,
        available_at: fromInstantText(available_at),
        lane: schedules.get(schedule_id)?.lane ?? null,
        owner_id: schedules.get(schedule_id)?.owner_id ?? null,
      }));
    const others = inserted.filter(({ status }) => status !== 'queued').map(({ id }) => id);
    return { queued, others };
  }

  private async moveOn(
    manager: EntityManager,
    settlements: Claimed['settlements'],
    fired: readonly ClaimedRun[],
    now: Date,
  ): Promise<void> {
    const ran = new Map<number, number>();
    for (const { schedule_id } of fired) ran.set(schedule_id, (ran.get(schedule_id) ?? 0) + 1);
    const rows = settlements.map(({ id, next_run }) => [
      id,
      next_run && instantText(next_run),
      ran.get(id) ?? 0,
    ]);
    await this.dialect.change(
      manager,
      `UPDATE schedules
          SET next_run = settled.next_run,
              last_run = CASE WHEN settled.ran > 0 THEN ? ELSE last_run END,
              run_count = run_count + settled.ran,
              is_completed = settled.next_run IS NULL
         FROM ${this.dialect.rows('settled', { id: 'integer', next_run: 'instant', ran: 'integer' })}
        WHERE schedules.id = settled.id`,
      [instantText(now), JSON.stringify(rows)],
    );
  }
}

/** A run that is the last by `max_runs` is not, where its occurrence has run already, when the clock was ahead. */
function goOn<Of extends Settlement & { readonly id: number }>(
  settlement: Of,
  schedule: OwnedSchedule | undefined,
  fired: readonly ClaimedRun[],
  now: Date,
): Of {
  if (!settlement.completes || !schedule) return settlement;
  const asked = settlement.runs.filter(({ status }) => status === 'queued').length;
  const made = fired.filter(({ schedule_id }) => schedule_id === settlement.id).length;
  return made < asked ? { ...settlement, next_run: nextOccurrence(schedule, now) } : settlement;
}
