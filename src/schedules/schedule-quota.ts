import { Injectable } from '@nestjs/common';
import { type EntityManager, IsNull } from 'typeorm';
import { AppConfig } from '../config/app-config.js';
import { Dialect } from '../database/dialect.js';
import { InvalidFields } from '../http/problems.js';
import { upcomingOccurrences } from '../timing/next-occurrence.js';
import { lockCaller } from '../users/lock-caller.js';
import { Schedule } from './schedule.entity.js';

/** So many occurrences are looked at for how close they follow each other. */
const EXAMINED = 100;

/** What one user may have: so many schedules, and none that is due too often. */
@Injectable()
export class ScheduleQuota {
  constructor(
    private readonly config: AppConfig,
    private readonly dialect: Dialect,
  ) {}

  /** To be called in the transaction that stores a new schedule. @throws InvalidFields, NotSignedIn */
  async spend(manager: EntityManager, schedule: Schedule): Promise<void> {
    const { owner_id } = schedule;
    if (owner_id === null) return;
    await lockCaller(manager, this.dialect, owner_id);
    const max = this.config.maxSchedulesPerUser;
    const count = await manager.countBy(Schedule, { owner_id, deleted_at: IsNull() });
    if (count >= max) {
      const message = `at most ${String(max)} schedules per user (MAX_SCHEDULES_PER_USER): delete one first`;
      throw new InvalidFields([{ field: 'body', message }]);
    }
  }

  /** To be called once the schedule has its id, which `H` is a hash of. @throws InvalidFields when it is due too often */
  checkInterval(schedule: Schedule): void {
    const min = this.config.minIntervalSeconds;
    // Nothing is due more often than every second.
    if (min === 1) return;
    const occurrences = upcomingOccurrences(schedule, schedule.updated_at, EXAMINED);
    const tooClose = occurrences.some(
      (at, n) => n > 0 && at.getTime() - (occurrences[n - 1] ?? at).getTime() < min * 1000,
    );
    if (tooClose) {
      const message = `an interval of at least ${String(min)} s (MIN_INTERVAL_SECONDS)`;
      throw new InvalidFields([{ field: 'schedule_interval', message }]);
    }
  }
}
