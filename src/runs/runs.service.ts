import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository, SelectQueryBuilder } from 'typeorm';
import { fromInstantText } from '../database/columns.js';
import type { Page } from '../http/page.js';
import { type MeasuredRow, readPage } from '../http/page-reader.js';
import type { Principal } from '../http/principal.js';
import { found } from '../http/problems.js';
import { SchedulesService } from '../schedules/schedules.service.js';
import type { RunQuery, ScheduleRunsQuery } from './dto/run-query.dto.js';
import { isNotable, NOTABLE, UNFINISHED } from './run-state.js';
import type { ListedRun } from './dto/run.dto.js';
import { Run } from './run.entity.js';

/** What was answered, in each attempt: a page of a thousand would be hundreds of megabytes. */
const NOT_LISTED: readonly string[] = ['output', 'attempts'] satisfies (keyof Run)[];

/** Where the page begins that follows a run. */
const cursorOf = ({ id, sort_key }: MeasuredRow): string =>
  `${String(fromInstantText(sort_key as string | Date).getTime())}.${String(id)}`;

/** The history. Who reaches a schedule, reaches its runs, also after the schedule was deleted. */
@Injectable()
export class RunsService {
  private readonly listed: (keyof ListedRun)[];

  constructor(
    @InjectRepository(Run) private readonly runs: Repository<Run>,
    private readonly schedules: SchedulesService,
  ) {
    const columns = runs.metadata.columns.map(({ propertyName }) => propertyName);
    this.listed = columns.filter((name) => !NOT_LISTED.includes(name)) as (keyof ListedRun)[];
  }

  /** By the instant they were scheduled for, the latest first; without their outputs and earlier attempts. */
  list(caller: Principal, query: RunQuery): Promise<Page<ListedRun>> {
    const all = this.matching(caller, query);
    const beyond = all.clone().orderBy('run.scheduled_for', 'DESC').addOrderBy('run.id', 'DESC');
    if (query.cursor !== undefined) {
      const [at, id] = query.cursor.split('.').map(Number);
      beyond.andWhere('(run.scheduled_for, run.id) < (:at, :id)', { at: new Date(Number(at)), id: id ?? 0 });
    }
    const place = { all, beyond, sortKey: 'run.scheduled_for', cursorOf, limit: query.limit };
    return readPage(caller, { ...place, shown: this.listed, long: ['error'] });
  }

  /** @throws NotFound when there is no such schedule */
  async listOfSchedule(
    caller: Principal,
    schedule_id: number,
    query: ScheduleRunsQuery,
  ): Promise<Page<ListedRun>> {
    await this.schedules.get(caller, schedule_id);
    return this.list(caller, { ...query, schedule_id });
  }

  /** @throws NotFound */
  async get(caller: Principal, id: number): Promise<Run> {
    return found('run', id, await this.reachable(caller).andWhere('run.id = :id', { id }).getOne());
  }

  /** For the service itself, whoever asks. */
  byId(id: number): Promise<Run> {
    return this.runs.findOneByOrFail({ id });
  }

  private matching(caller: Principal, query: RunQuery): SelectQueryBuilder<Run> {
    const { schedule_id, status, from, to } = query;
    const underWay = status === 'queued' || status === 'running';
    const runs = this.reachable(caller, schedule_id !== undefined || underWay);
    if (schedule_id !== undefined) runs.andWhere('run.schedule_id = :schedule_id', { schedule_id });
    if (status !== undefined) runs.andWhere('run.status = :status', { status });
    // A partial index serves a query that repeats its condition.
    if (status !== undefined && isNotable(status)) runs.andWhere(`run.status ${NOTABLE}`);
    // The few under way need not be among the newest: do not look for them there.
    if (underWay) runs.andWhere(`run.id IN (SELECT id FROM runs WHERE status IN (${UNFINISHED}))`);
    if (from !== undefined) runs.andWhere('run.scheduled_for >= :from', { from });
    if (to !== undefined) runs.andWhere('run.scheduled_for < :to', { to });
    return runs;
  }

  /** @param narrowed whether the query asks for fewer runs than all of their owner's: then those are looked up first */
  private reachable(caller: Principal, narrowed = false): SelectQueryBuilder<Run> {
    const runs = this.runs.createQueryBuilder('run').where('TRUE');
    if (caller.role === 'admin') return runs;
    return runs.andWhere(`${narrowed ? '+' : ''}run.owner_id = :owner`, { owner: caller.userId });
  }
}
