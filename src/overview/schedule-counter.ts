import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Raw, type Repository } from 'typeorm';
import type { Principal } from '../http/principal.js';
import { RecentRuns } from '../runs/recent-runs.js';
import { reachable } from '../schedules/schedule-filter.js';
import { Schedule } from '../schedules/schedule.entity.js';
import type { FailingScheduleDto, ScheduleCountsDto } from './dto/overview.dto.js';

/** So many schedules are counted, and so many at a time, before others have their turn. */
export const MOST_SCHEDULES = 100_000;
const SLICE = 5000;

const MOST_FAILING = 20;

/** What a slice comes to. Drivers give numbers as they like; null of no rows. */
type SliceRow = Readonly<Record<keyof ScheduleCountsDto | 'last', number | string | null>>;

/** Counts schedules by how they are, and tells which of them fail. */
@Injectable()
export class ScheduleCounter {
  constructor(
    @InjectRepository(Schedule) private readonly schedules: Repository<Schedule>,
    private readonly recent: RecentRuns,
  ) {}

  async count(caller: Principal): Promise<ScheduleCountsDto & { readonly complete: boolean }> {
    const counts: ScheduleCountsDto = { total: 0, enabled: 0, completed: 0, failing: 0 };
    let last = 0;
    while (counts.total < MOST_SCHEDULES) {
      const row = await this.slice(caller, last);
      for (const name of ['total', 'enabled', 'completed', 'failing'] as const)
        counts[name] += Number(row[name] ?? 0);
      if (Number(row.total) < SLICE) return { ...counts, complete: true };
      last = Number(row.last);
      await new Promise(setImmediate);
    }
    return { ...counts, complete: false };
  }

  /** Those that failed most often in a row. */
  async failing(caller: Principal): Promise<FailingScheduleDto[]> {
    const schedules = await this.schedules.find({
      select: { id: true, title: true, consecutive_failures: true },
      // Spelled out: the index of the few that fail serves a query that repeats its condition.
      where: { ...reachable(caller), consecutive_failures: Raw((column) => `${column} > 0`) },
      order: { consecutive_failures: 'DESC', id: 'ASC' },
      take: MOST_FAILING,
    });
    const failures = await this.recent.failuresOf(schedules.map(({ id }) => id));
    return schedules.map(({ id, title, consecutive_failures }) => {
      const run = failures.get(id);
      return {
        ...{ schedule_id: id, title, consecutive_failures },
        ...{ last_error: run?.error ?? null, last_failed_at: run?.finished_at ?? null },
      };
    });
  }

  private async slice(caller: Principal, after: number): Promise<SliceRow> {
    const row = await this.schedules.manager
      .createQueryBuilder()
      .select('count(*)', 'total')
      .addSelect('sum(CASE WHEN "enabled" AND NOT "is_completed" THEN 1 ELSE 0 END)', 'enabled')
      .addSelect('sum(CASE WHEN "is_completed" THEN 1 ELSE 0 END)', 'completed')
      .addSelect('sum(CASE WHEN "consecutive_failures" > 0 THEN 1 ELSE 0 END)', 'failing')
      .addSelect('max("id")', 'last')
      .from(
        (query) =>
          query
            .select('schedule.id', 'id')
            .addSelect('schedule.enabled', 'enabled')
            .addSelect('schedule.is_completed', 'is_completed')
            .addSelect('schedule.consecutive_failures', 'consecutive_failures')
            .from(Schedule, 'schedule')
            .where(reachable(caller))
            .andWhere('schedule.id > :after', { after })
            .orderBy('schedule.id')
            .limit(SLICE),
        'slice',
      )
      .getRawOne<SliceRow>();
    if (!row) throw new Error('an aggregate has a row in any case');
    return row;
  }
}
