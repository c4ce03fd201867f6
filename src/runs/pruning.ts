import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Clock } from '../clock/clock.js';
import { AppConfig } from '../config/app-config.js';
import { instantText } from '../database/columns.js';
import { deleteInSlices } from '../database/delete-in-slices.js';
import { UnitOfWork } from '../database/unit-of-work.js';

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
    const limit = instantText(new Date(this.clock.now().getTime() - this.config.runRetentionMs));
    const runs = 'SELECT id FROM runs WHERE finished_at < ? ORDER BY finished_at';
    const removed = await deleteInSlices(this.unitOfWork, 'runs', runs, [limit]);
    const schedules = `SELECT id FROM schedules WHERE deleted_at < ?
                          AND NOT EXISTS (SELECT 1 FROM runs WHERE runs.schedule_id = schedules.id)`;
    await deleteInSlices(this.unitOfWork, 'schedules', schedules, [limit]);
    return removed;
  }
}
