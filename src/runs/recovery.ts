import { Injectable, Logger } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { Clock } from '../clock/clock.js';
import { instantText } from '../database/columns.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { NodeLease } from '../nodes/node-lease.js';
import { LONGEST_WAIT_MS, RunQueue } from '../run-queue/run-queue.js';
import { RunExecutor } from './run-executor.js';
import { QUEUED_ROW, type QueuedRow, RunLedger, toQueuedRun } from './run-ledger.js';
import { sqlFrom, UNFINISHED } from './run-state.js';
import { RUNS_CHANGED, type RunsChanged } from './run.events.js';

/** So many waiting runs are offered again at a time; the queue knows most of them already. */
const REOFFERED = 10_000;

/**
 * A run younger than this is on its way to the queue. To offer it as well would be the same work once more, and in the
 * middle of a herd: with three nodes it made 17,000 jobs too many of 10,000 runs.
 */
const ON_ITS_WAY_MS = 5000;

/** Whatever is asked of the database is answered by then, or never. */
const ANSWERED_MS = 60_000;

/** Once started runs were looked at so long after an answer was lost, none is left that it was about. */
const DOUBT_MS = 2 * ANSWERED_MS;

const EVERYTHING = Number.MAX_SAFE_INTEGER;

/** Sorts before every run. */
const NOTHING_YET: QueuedRow = { id: 0, available_at: '1970-01-01 00:00:00.000', lane: null, owner_id: null };

const DIED = 'its node died while it was running';
const AT_MOST_ONCE = `schedules.delivery = 'at_most_once'`;

/** Brings back to the queue what it lost: with a process that died, or because the wait was too long for it. */
@Injectable()
export class Recovery {
  private readonly logger = new Logger(Recovery.name);
  private reofferedTo = NOTHING_YET;
  /** When started runs were last looked at, by `performance.now()`. */
  private lookedAt = 0;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly node: NodeLease,
    private readonly ledger: RunLedger,
    private readonly executor: RunExecutor,
    private readonly queue: RunQueue,
    private readonly events: EventEmitter2,
    private readonly clock: Clock,
  ) {}

  /** To be called at boot, before anything is claimed: what dead nodes left is settled, and all that waits is offered. */
  async runOnce(): Promise<void> {
    await this.node.enter();
    const left = await this.settle();
    const { length: offered } = await this.offer(EVERYTHING, NOTHING_YET, 0);
    if (left > 0 || offered > 0) this.logger.log(`${String(offered)} runs are waiting`);
  }

  /** To be called with every sweep: nodes that fell silent are taken for dead, and what they left is settled. */
  async settleSilent(): Promise<void> {
    if (this.unitOfWork.dialect.sideBySide) await this.settle({ onlyIfSilent: true });
  }

  /**
   * Runs that are `running` under a node that is no more go back to the queue, or become `interrupted` where their
   * schedule says at most once. Resolves with their number.
   */
  private async settle({ onlyIfSilent = false } = {}): Promise<number> {
    const { dialect } = this.unitOfWork;
    const left = await this.unitOfWork.transaction(async (manager) => {
      const silent = await this.node.removeSilent(manager);
      if (silent === 0 && onlyIfSilent) return [];
      const ended = dialect.jsonObject({
        ...{ attempt: 'attempt', started_at: dialect.isoText('started_at'), duration_ms: 'NULL' },
        ...{ status_code: 'NULL', error: `'${DIED}'`, output: 'NULL' },
      });
      const rows = await dialect.query<QueuedRow & { status: string; schedule_id: number }>(
        manager,
        `UPDATE runs
            SET status = CASE WHEN ${AT_MOST_ONCE} THEN 'interrupted' ELSE 'queued' END,
                finished_at = CASE WHEN ${AT_MOST_ONCE} THEN ${dialect.parameter('instant')} ELSE NULL END,
                error = '${DIED}',
                attempts = CASE WHEN ${AT_MOST_ONCE} THEN attempts ELSE ${dialect.jsonAppended('attempts', ended)} END
           FROM schedules
          WHERE schedules.id = runs.schedule_id AND runs.status IN (${UNFINISHED}) AND runs.status IN (${sqlFrom('queued')})
            AND (runs.node_id IS NULL OR runs.node_id NOT IN (SELECT id FROM nodes))
      RETURNING ${QUEUED_ROW}, runs.status, runs.schedule_id`,
        [instantText(this.clock.now())],
      );
      const schedules = new Set(rows.map(({ schedule_id }) => schedule_id));
      await this.ledger.cancelStopped(manager, [...schedules]);
      return rows;
    });
    if (left.length > 0)
      this.events.emit(RUNS_CHANGED, { ids: left.map(({ id }) => id) } satisfies RunsChanged);
    // Not `restore`: a node that is not dead, but was cut off, may still have the job, and the run is due once more.
    this.queue.add(left.filter(({ status }) => status === 'queued').map(toQueuedRun));
    const interrupted = left.filter(({ status }) => status === 'interrupted').length;
    if (left.length > 0) {
      this.logger.log(
        `${String(left.length)} runs were left running by nodes that are dead: ${String(interrupted)} interrupted, the ` +
          'others are executed again',
      );
    }
    return left.length;
  }

  /**
   * Offers waiting runs to the queue again, unless they have only just been made, and a part of them each time: those
   * that are held up by a slow target must not hide the others. Resolves with their number.
   */
  async requeue(): Promise<number> {
    const rows = await this.offer(REOFFERED, this.reofferedTo, ON_ITS_WAY_MS);
    const last = rows.at(-1);
    this.reofferedTo = rows.length === REOFFERED && last ? last : NOTHING_YET;
    return rows.length;
  }

  /**
   * Runs whose start was committed without an answer, which was lost: their rows say that this node works on them, and it
   * does not know. They are `queued` again, as they were. Resolves with their number.
   */
  async reclaim(): Promise<number> {
    const { dialect, answerLostAt } = this.unitOfWork;
    // However long the server was away since.
    if (this.lookedAt > answerLostAt + DOUBT_MS) return 0;
    const lookedAt = performance.now();
    const node = this.node.id;
    const reclaimed = await this.unitOfWork.transaction(async (manager) => {
      await this.node.hold(manager, node);
      const rows = await dialect.query<{ id: number }>(
        manager,
        `SELECT id FROM runs WHERE status IN (${UNFINISHED}) AND status IN (${sqlFrom('queued')}) AND node_id = ? AND started_at <= ?`,
        [node, instantText(new Date(this.clock.now().getTime() - ANSWERED_MS))],
      );
      const unknown = rows.filter(({ id }) => !this.executor.knows(id)).map(({ id }) => id);
      if (unknown.length === 0) return [];
      return dialect.query<QueuedRow>(
        manager,
        `UPDATE runs SET status = 'queued', attempt = attempt - 1, started_at = CASE WHEN attempt = 1 THEN NULL ELSE started_at END
          WHERE ${dialect.among('id')} AND status IN (${sqlFrom('queued')}) AND node_id = ?
      RETURNING ${QUEUED_ROW}`,
        [JSON.stringify(unknown), node],
      );
    });
    this.lookedAt = lookedAt;
    if (reclaimed.length > 0)
      this.logger.log(
        `${String(reclaimed.length)} runs had been started without this node learning of it; they run now`,
      );
    this.queue.add(reclaimed.map(toQueuedRun));
    return reclaimed.length;
  }

  /** @param onItsWayMs runs made so long ago are left out; not those of a clock that was ahead, which are yet to be made */
  private async offer(limit: number, after: QueuedRow, onItsWayMs: number): Promise<QueuedRow[]> {
    const now = this.clock.now().getTime();
    const soon = new Date(now + LONGEST_WAIT_MS);
    const rows = await this.unitOfWork.dialect.query<QueuedRow>(
      this.dataSource,
      `SELECT ${QUEUED_ROW} FROM runs
        WHERE status = 'queued' AND available_at <= ? AND (available_at, id) > (?, ?)
          AND NOT (created_at > ? AND created_at < ?)
     ORDER BY available_at, id
        LIMIT ?`,
      [
        ...[instantText(soon), after.available_at, after.id],
        ...[instantText(new Date(now - onItsWayMs)), instantText(new Date(now + onItsWayMs)), limit],
      ],
    );
    this.queue.restore(rows.map(toQueuedRun));
    return rows;
  }
}
