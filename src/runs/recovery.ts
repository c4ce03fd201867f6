import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { Clock } from '../clock/clock.js';
import { sqliteInstant } from '../database/columns.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { LONGEST_WAIT_MS, RunQueue } from '../run-queue/run-queue.js';
import { ofSchedule, RunLedger, toQueuedRun } from './run-ledger.js';
import { sqlFrom, UNFINISHED } from './run-state.js';

/** So many waiting runs are offered again at a time; the queue knows most of them already. */
const REOFFERED = 10_000;

/** Brings back to the queue what it lost: with a process that died, or because the wait was too long for it. */
@Injectable()
export class Recovery {
  private readonly logger = new Logger(Recovery.name);

  constructor(
    private readonly unitOfWork: UnitOfWork,
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly ledger: RunLedger,
    private readonly queue: RunQueue,
    private readonly clock: Clock,
  ) {}

  /**
   * To be called at boot, before anything is claimed: then every `running` row belongs to a dead process. It
   * goes back to the queue, or becomes `interrupted` where its schedule says at most once.
   */
  async runOnce(): Promise<void> {
    const now = sqliteInstant(this.clock.now());
    const left = await this.unitOfWork.transaction(async (manager) => {
      const rows = await manager.query<{ status: string; schedule_id: number }[]>(
        `UPDATE runs
            SET status = iif(schedules.delivery = 'at_most_once', 'interrupted', 'queued'),
                finished_at = iif(schedules.delivery = 'at_most_once', ?, NULL),
                error = 'its node died while it was running',
                attempts = iif(schedules.delivery = 'at_most_once', attempts, json_insert(attempts, '$[#]', json_object(
                  'attempt', attempt, 'started_at', replace(started_at, ' ', 'T') || 'Z', 'duration_ms', NULL,
                  'status_code', NULL, 'error', 'its node died while it was running', 'output', NULL)))
           FROM schedules
          WHERE schedules.id = runs.schedule_id AND runs.status IN (${UNFINISHED}) AND runs.status IN (${sqlFrom('queued')})
      RETURNING runs.status, runs.schedule_id`,
        [now],
      );
      const schedules = new Set(rows.map(({ schedule_id }) => schedule_id));
      await this.ledger.cancelStopped(manager, [...schedules]);
      return rows;
    });
    const offered = await this.offer(-1);
    const interrupted = left.filter(({ status }) => status === 'interrupted').length;
    if (left.length > 0 || offered > 0) {
      this.logger.log(
        `${String(left.length)} runs were left running: ${String(interrupted)} interrupted, the others are executed ` +
          `again; ${String(offered)} runs are waiting`,
      );
    }
  }

  /** Offers waiting runs to the queue again. Resolves with their number. */
  requeue(): Promise<number> {
    return this.offer(REOFFERED);
  }

  private async offer(limit: number): Promise<number> {
    const soon = new Date(this.clock.now().getTime() + LONGEST_WAIT_MS);
    const rows = await this.dataSource.query<Parameters<typeof toQueuedRun>[0][]>(
      `SELECT id, available_at, ${ofSchedule('lane')} AS lane FROM runs
        WHERE status = 'queued' AND available_at <= ?
     ORDER BY available_at, id
        LIMIT ?`,
      [sqliteInstant(soon), limit],
    );
    this.queue.add(rows.map(toQueuedRun));
    return rows.length;
  }
}
