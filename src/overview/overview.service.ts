import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock } from '../clock/clock.js';
import type { Principal } from '../http/principal.js';
import type { OverviewDto } from './dto/overview.dto.js';
import { hourOf, hoursBefore } from './hour-tally.js';
import { RunCounter } from './run-counter.js';
import { ScheduleCounter } from './schedule-counter.js';

/** An overview is good for so long: looking at 50,000 runs takes a tenth of a second, and pages ask again and again. */
const GOOD_FOR_MS = 5000;
const REMEMBERED = 1000;

interface Remembered {
  readonly since: Date;
  readonly overview: Promise<OverviewDto>;
}

/** How it goes: runs by the hour, schedules by how they are. */
@Injectable()
export class OverviewService {
  private readonly remembered = new LRUCache<string, Remembered>({ max: REMEMBERED });

  constructor(
    private readonly runs: RunCounter,
    private readonly schedules: ScheduleCounter,
    private readonly clock: Clock,
  ) {}

  /** Of the current hour and those before it. Who asks again within seconds is told the same. */
  async get(caller: Principal, hours: number): Promise<OverviewDto> {
    const now = this.clock.now();
    const key = `${caller.role === 'admin' ? 'admin' : String(caller.userId)} ${String(hours)}`;
    const known = this.remembered.get(key);
    const age = known ? now.getTime() - known.since.getTime() : Infinity;
    if (known && age >= 0 && age < GOOD_FOR_MS) return known.overview;
    const overview = this.compute(caller, hoursBefore(hourOf(now), hours - 1), now);
    this.remembered.set(key, { since: now, overview });
    // What failed must not be told again.
    overview.catch(() => this.remembered.delete(key));
    return overview;
  }

  private async compute(caller: Principal, from: Date, to: Date): Promise<OverviewDto> {
    const runs = await this.runs.count(caller, from, to);
    const { complete, ...schedules } = await this.schedules.count(caller);
    const failing = await this.schedules.failing(caller);
    return {
      ...{ from: runs.from, to, complete: runs.complete && complete },
      ...{ hours: runs.hours, schedules, failing },
    };
  }
}
