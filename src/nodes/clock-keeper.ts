import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { Clock } from '../clock/clock.js';
import { FollowingClock } from '../clock/following-clock.js';
import { Dialect } from '../database/dialect.js';
import { Metrics } from '../metrics/metrics.js';

const EVERY_MS = 5000;

/** The best of so many measurements is taken: the quickest answer tells most exactly. */
const SAMPLES = 5;

/** A computer whose clock is further off is worth a look; nothing here depends on it. */
export const LARGEST_DRIFT_MS = 1000;

/** Lets the clock follow that of the database server, by which all nodes go. */
@Injectable()
export class ClockKeeper implements OnModuleInit {
  private readonly logger = new Logger(ClockKeeper.name);
  private measuring = false;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly dialect: Dialect,
    private readonly clock: Clock,
    metrics: Metrics,
  ) {
    metrics.beforeScrape(() => {
      metrics.clockDrift.set(this.driftMs / 1000);
    });
  }

  /** Milliseconds that the database's clock is ahead of this computer's; 0 where there is no other clock. */
  get driftMs(): number {
    return this.clock instanceof FollowingClock ? this.clock.driftMs : 0;
  }

  async onModuleInit(): Promise<void> {
    await this.measure();
    const seconds = String(Math.round(this.driftMs / 1000));
    if (Math.abs(this.driftMs) > LARGEST_DRIFT_MS)
      this.logger.warn(`this computer's clock is ${seconds} s behind the database's, which is followed`);
  }

  @Interval('measure-clock', EVERY_MS)
  async measure(): Promise<void> {
    const { clock } = this;
    if (!(clock instanceof FollowingClock) || this.measuring) return;
    this.measuring = true;
    try {
      await this.follow(clock);
    } finally {
      this.measuring = false;
    }
  }

  private async follow(clock: FollowingClock): Promise<void> {
    const samples: [now: Date, before: number, after: number][] = [];
    try {
      for (let n = 0; n < SAMPLES; n++) {
        const before = clock.elapsedMs();
        const [row] = await this.dialect.query<{ now: Date }>(
          this.dataSource,
          'SELECT clock_timestamp()::timestamptz(3) AS now',
        );
        if (row) samples.push([row.now, before, clock.elapsedMs()]);
      }
    } catch {
      // A server that is away is reported elsewhere; the clock goes on.
      return;
    }
    const took = ([, before, after]: (typeof samples)[number]): number => after - before;
    const [best] = samples.sort((a, b) => took(a) - took(b));
    if (best) clock.measured(...best);
  }
}
