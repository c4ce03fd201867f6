import { Injectable } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import { CronJob } from 'cron';
import type { DataSource } from 'typeorm';
import { Clock } from '../clock/clock.js';
import { Metrics } from '../metrics/metrics.js';
import { fromInstantText, instantText } from '../database/columns.js';
import { Dialect } from '../database/dialect.js';

/** How far ahead alarms are set. They are set anew with every sweep. */
const HORIZON_MS = 60_000;

/** So many alarms at most. The instants beyond get theirs when half of these have rung. */
const MAX_ALARMS = 300;

/**
 * Wake-up calls for the coming minute: one `CronJob` in Nest's `SchedulerRegistry` per distinct instant at
 * which anything is due, named `alarm:<instant>`. However many schedules there are, it holds a few timers.
 */
@Injectable()
export class Alarms {
  private moreToSet = false;

  constructor(
    private readonly registry: SchedulerRegistry,
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly dialect: Dialect,
    metrics: Metrics,
    private readonly clock: Clock,
  ) {
    metrics.beforeScrape(() => {
      metrics.alarms.set(registry.getCronJobs().size);
    });
  }

  /** Sets an alarm for every instant of the coming minute at which a stored schedule is due. */
  async setAll(ring: () => void): Promise<void> {
    this.moreToSet = false;
    const now = this.clock.now().getTime();
    const horizon = instantText(new Date(now + HORIZON_MS));
    // A loose index scan: one step per distinct instant, not one per schedule.
    const rows = await this.dialect.query<{ instant: string | Date | null }>(
      this.dataSource,
      `WITH RECURSIVE due(instant) AS (
         SELECT min(next_run) FROM schedules WHERE next_run > ?
          UNION ALL
         SELECT (SELECT min(next_run) FROM schedules WHERE next_run > due.instant) FROM due
          WHERE due.instant <= ?
       )
       SELECT instant FROM due WHERE instant <= ? LIMIT ${String(MAX_ALARMS)}`,
      [instantText(new Date(now)), horizon, horizon],
    );
    if (rows.length === MAX_ALARMS) this.moreToSet = true;
    for (const { instant } of rows) if (instant) this.set(fromInstantText(instant), ring);
  }

  /** Sets an alarm for one instant, when it lies in the coming minute and has none. */
  set(instant: Date, ring: () => void): void {
    const name = `alarm:${instant.toISOString()}`;
    const wait = instant.getTime() - this.clock.now().getTime();
    const pending = this.registry.getCronJobs();
    if (wait <= 0 || wait > HORIZON_MS || pending.has(name)) return;
    if (pending.size >= MAX_ALARMS) {
      this.moreToSet = true;
      return;
    }
    const job = CronJob.from({
      cronTime: this.clock.onThisComputer(instant),
      onTick: async () => {
        this.registry.deleteCronJob(name);
        ring();
        if (this.moreToSet && pending.size < MAX_ALARMS / 2) await this.setAll(ring);
      },
    });
    this.registry.addCronJob(name, job);
    job.start();
  }
}
