import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import type { CronJob } from 'cron';
import type { DataSource } from 'typeorm';
import { Clock } from '../clock/clock.js';
import { Metrics } from '../metrics/metrics.js';
import { fromInstantText, instantText } from '../database/columns.js';
import { Dialect } from '../database/dialect.js';
import { newAlarm } from './alarm.js';

/** How far ahead alarms are set. They are set anew with every sweep. */
const HORIZON_MS = 60_000;

/** So many alarms at most, the earliest. The instants beyond get theirs when half of these have rung. */
const MAX_ALARMS = 300;

const PREFIX = 'alarm:';

/**
 * Wake-up calls for the coming minute: one `CronJob` in Nest's `SchedulerRegistry` per distinct instant at
 * which anything is due, named `alarm:<instant>`. However many schedules there are, it holds a few timers. Whatever fails
 * here costs lateness until the next sweep, and nothing else.
 */
@Injectable()
export class Alarms implements OnModuleDestroy {
  private readonly logger = new Logger(Alarms.name);
  /** Where there are too many instants: the first that has no alarm. Every known one before it has. */
  private firstLeftOut: string | undefined;
  private refilling = false;
  private stopped = false;

  constructor(
    private readonly registry: SchedulerRegistry,
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly dialect: Dialect,
    metrics: Metrics,
    private readonly clock: Clock,
  ) {
    metrics.beforeScrape(() => {
      metrics.alarms.set(this.names().length);
    });
  }

  onModuleDestroy(): void {
    this.stopped = true;
  }

  /**
   * Sets an alarm for every instant of the coming minute at which a stored schedule is due.
   *
   * @param since what was due by then is claimed already; what fell due meanwhile rings at once
   */
  async setAll(ring: () => void, since = this.clock.now()): Promise<void> {
    await this.setEarliest(ring, since);
    if (!this.isStranded()) return;
    // So many had passed before the answer that it tells nothing of those that are yet to come.
    const now = this.clock.now();
    ring();
    await this.setEarliest(ring, now);
    if (this.isStranded()) this.firstLeftOut = undefined;
  }

  private async setEarliest(ring: () => void, since: Date): Promise<void> {
    const horizon = instantText(new Date(this.clock.now().getTime() + HORIZON_MS));
    // Until the answer is there nobody knows which are too many.
    this.firstLeftOut = undefined;
    // A loose index scan: one step per distinct instant, not one per schedule.
    const rows = await this.dialect.query<{ instant: string | Date | null }>(
      this.dataSource,
      `WITH RECURSIVE due(instant) AS (
         SELECT min(next_run) FROM schedules WHERE next_run > ?
          UNION ALL
         SELECT (SELECT min(next_run) FROM schedules WHERE next_run > due.instant) FROM due
          WHERE due.instant <= ?
       )
       SELECT instant FROM due WHERE instant <= ? LIMIT ${String(MAX_ALARMS + 1)}`,
      [instantText(since), horizon, horizon],
    );
    const instants = rows.flatMap(({ instant }) => (instant ? [fromInstantText(instant)] : []));
    const leftOut = instants[MAX_ALARMS];
    if (leftOut && !this.isLeftOut(nameOf(leftOut))) this.firstLeftOut = nameOf(leftOut);
    for (const name of this.names()) if (this.isLeftOut(name)) this.drop(name);
    for (const instant of instants) this.set(instant, ring);
  }

  /** Sets an alarm for one instant, when it lies in the coming minute and has none. One that is over rings at once. */
  set(instant: Date, ring: () => void): void {
    if (this.stopped) return;
    const name = nameOf(instant);
    const wait = instant.getTime() - this.clock.now().getTime();
    if (wait <= 0) ring();
    if (wait <= 0 || wait > HORIZON_MS || this.isLeftOut(name) || this.registry.doesExist('cron', name))
      return;
    if (!this.makeRoomFor(name)) return;
    try {
      const timing = { msUntil: () => this.clock.msUntil(instant), longestMs: HORIZON_MS };
      const alarm: CronJob = newAlarm(instant, timing, () => {
        this.onTick(instant, ring);
      });
      this.registry.addCronJob(name, alarm);
      alarm.start();
    } catch (error) {
      // One that is listed but never rings would take the place of one that does.
      this.drop(name);
      this.logger.error(`an alarm cannot be set, and the next sweep claims what is due: ${String(error)}`);
    }
  }

  private onTick(instant: Date, ring: () => void): void {
    this.drop(nameOf(instant));
    // What a timer waits is no promise, and the clock may have been set: this one has rung too early.
    if (instant > this.clock.now()) {
      this.set(instant, ring);
      return;
    }
    const since = this.clock.now();
    ring();
    if (this.firstLeftOut !== undefined && this.names().length < MAX_ALARMS / 2)
      void this.refill(ring, since);
  }

  private async refill(ring: () => void, since: Date): Promise<void> {
    if (this.refilling || this.stopped) return;
    this.refilling = true;
    try {
      await this.setAll(ring, since);
    } catch (error) {
      this.logger.error(`alarms cannot be set, and the next sweep claims what is due: ${String(error)}`);
    } finally {
      this.refilling = false;
    }
  }

  /** Where all alarms are taken, the latest makes room for an earlier one. Whether there is room now. */
  private makeRoomFor(name: string): boolean {
    const names = this.names();
    if (names.length < MAX_ALARMS) return true;
    const latest = names.reduce((last, other) => (other > last ? other : last));
    if (latest > name) this.drop(latest);
    this.firstLeftOut = latest > name ? latest : name;
    return latest > name;
  }

  /** Whether instants are left out, and no alarm is left that would bring them theirs when it rings. */
  private isStranded(): boolean {
    return this.firstLeftOut !== undefined && this.names().length === 0;
  }

  private isLeftOut(name: string): boolean {
    return this.firstLeftOut !== undefined && name >= this.firstLeftOut;
  }

  private drop(name: string): void {
    if (this.registry.doesExist('cron', name)) this.registry.deleteCronJob(name);
  }

  /** Names of alarms are in the order of their instants. */
  private names(): string[] {
    return [...this.registry.getCronJobs().keys()].filter((name) => name.startsWith(PREFIX));
  }
}

const nameOf = (instant: Date): string => `${PREFIX}${instant.toISOString()}`;
