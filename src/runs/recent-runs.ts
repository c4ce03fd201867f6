import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository, SelectQueryBuilder } from 'typeorm';
import type { Principal } from '../http/principal.js';
import { SchedulesService } from '../schedules/schedules.service.js';
import { NOTABLE, type RunStatus } from './run-state.js';
import { Run } from './run.entity.js';

/** Between the statements of so many schedules others have their turn. */
const AT_A_TIME = 10;

/** The latest runs of several schedules: for each, one walk along its index. */
@Injectable()
export class RecentRuns {
  constructor(
    @InjectRepository(Run) private readonly runs: Repository<Run>,
    private readonly schedules: SchedulesService,
  ) {}

  /** The latest first, by schedule; schedules that the caller does not reach are left out. */
  async ofSchedules(caller: Principal, ids: readonly number[], limit: number): Promise<Map<number, Run[]>> {
    const reached = await this.schedules.reachedOf(caller, ids);
    return this.each(
      ids.filter((id) => reached.has(id)),
      (id) =>
        this.latestOf(id)
          .select(['run.id', 'run.status', 'run.scheduled_for', 'run.duration_ms'])
          .limit(limit)
          .getMany(),
    );
  }

  /** The latest run that failed or timed out, by schedule. */
  async failuresOf(ids: readonly number[]): Promise<Map<number, Run | undefined>> {
    return this.each(ids, async (id) => {
      const [failed, timedOut] = [
        await this.latestWith(id, 'failed'),
        await this.latestWith(id, 'timed_out'),
      ];
      if (!failed || !timedOut) return failed ?? timedOut ?? undefined;
      return failed.scheduled_for > timedOut.scheduled_for ? failed : timedOut;
    });
  }

  private latestWith(scheduleId: number, status: RunStatus): Promise<Run | null> {
    return (
      this.latestOf(scheduleId)
        .select(['run.id', 'run.scheduled_for', 'run.finished_at', 'run.error'])
        .andWhere('run.status = :status', { status })
        // A partial index serves a query that repeats its condition.
        .andWhere(`run.status ${NOTABLE}`)
        .limit(1)
        .getOne()
    );
  }

  private latestOf(scheduleId: number): SelectQueryBuilder<Run> {
    return this.runs
      .createQueryBuilder('run')
      .where('run.schedule_id = :scheduleId', { scheduleId })
      .orderBy('run.scheduled_for', 'DESC')
      .addOrderBy('run.id', 'DESC');
  }

  private async each<T>(ids: readonly number[], ask: (id: number) => Promise<T>): Promise<Map<number, T>> {
    const answers = new Map<number, T>();
    for (const [n, id] of ids.entries()) {
      answers.set(id, await ask(id));
      if (n % AT_A_TIME === AT_A_TIME - 1) await new Promise(setImmediate);
    }
    return answers;
  }
}
