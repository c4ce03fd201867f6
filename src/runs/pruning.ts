import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Clock } from '../clock/clock.js';
import { AppConfig } from '../config/app-config.js';
import { sqliteInstant } from '../database/columns.js';
import { UnitOfWork } from '../database/unit-of-work.js';

/** Rows removed in one transaction: few enough that a claim never waits long behind it. */
const SLICE = 500;

/** Removes runs whose retention is over, and deleted schedules that have none left. */
@Injectable()
export class Pruning {
  private pruning = false;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  /** Resolves with the number of runs removed. */
  @Interval('prune', 60_000)
  async runOnce(): Promise<number> {
    if (this.pruning) return 0;
    this.pruning = true;
    try {
      return await this.prune();
    } finally {
      this.pruning = false;
    }
  }

  private async prune(): Promise<number> {
    const limit = sqliteInstant(new Date(this.clock.now().getTime() - this.config.runRetentionMs));
    let removed = 0;
    for (let slice = SLICE; slice === SLICE; removed += slice) {
      slice = await this.deleteSlice(
        `DELETE FROM runs WHERE id IN (SELECT id FROM runs WHERE finished_at < ? ORDER BY finished_at LIMIT ${String(SLICE)})
         RETURNING id`,
        limit,
      );
      await new Promise(setImmediate);
    }
    await this.deleteSlice(
      `DELETE FROM schedules
        WHERE id IN (SELECT id FROM schedules WHERE deleted_at < ?
                        AND NOT EXISTS (SELECT 1 FROM runs WHERE runs.schedule_id = schedules.id) LIMIT ${String(SLICE)})
    RETURNING id`,
      limit,
    );
    return removed;
  }

  private async deleteSlice(sql: string, limit: string): Promise<number> {
    const rows = await this.unitOfWork.transaction((manager) =>
      manager.query<{ id: number }[]>(sql, [limit]),
    );
    return rows.length;
  }
}
