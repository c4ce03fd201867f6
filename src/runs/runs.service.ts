import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository, SelectQueryBuilder } from 'typeorm';
import { type Page, pageOf } from '../http/page.js';
import type { Principal } from '../http/principal.js';
import { found } from '../http/problems.js';
import { SchedulesService } from '../schedules/schedules.service.js';
import type { RunQuery, ScheduleRunsQuery } from './dto/run-query.dto.js';
import { Run } from './run.entity.js';

/** Characters of the output in lists: a page of a thousand whole ones would be 64 MiB. */
const LISTED_OUTPUT = 1000;

/** The history. Who reaches a schedule, reaches its runs, also after the schedule was deleted. */
@Injectable()
export class RunsService {
  constructor(
    @InjectRepository(Run) private readonly runs: Repository<Run>,
    private readonly schedules: SchedulesService,
  ) {}

  /** Newest first. */
  async list(caller: Principal, query: RunQuery): Promise<Page<Run>> {
    const { limit, cursor, schedule_id, status, from, to } = query;
    const runs = this.reachable(caller);
    if (schedule_id !== undefined) runs.andWhere('run.schedule_id = :schedule_id', { schedule_id });
    if (status !== undefined) runs.andWhere('run.status = :status', { status });
    if (from !== undefined) runs.andWhere('run.scheduled_for >= :from', { from });
    if (to !== undefined) runs.andWhere('run.scheduled_for < :to', { to });
    const total = await runs.getCount();
    if (cursor !== undefined) runs.andWhere('run.id < :cursor', { cursor: Number(cursor) });
    const { entities, raw } = await runs
      .select(this.listedColumns())
      .addSelect(`substr(run.output, 1, ${String(LISTED_OUTPUT)})`, 'listed_output')
      .orderBy('run.id', 'DESC')
      .limit(limit + 1)
      .getRawAndEntities<{ listed_output: string | null }>();
    const rows = entities.map((run, n) => Object.assign(run, { output: raw[n]?.listed_output ?? null }));
    return pageOf(rows, limit, total);
  }

  /** @throws NotFound when there is no such schedule */
  async listOfSchedule(caller: Principal, schedule_id: number, query: ScheduleRunsQuery): Promise<Page<Run>> {
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

  private listedColumns(): string[] {
    const columns = this.runs.metadata.columns.map(({ propertyName }) => propertyName);
    return columns.filter((name) => name !== 'output').map((name) => `run.${name}`);
  }

  private reachable(caller: Principal): SelectQueryBuilder<Run> {
    const runs = this.runs.createQueryBuilder('run').where('TRUE');
    return caller.role === 'admin'
      ? runs
      : runs
          .innerJoin('run.schedule', 'schedule')
          .where('schedule.owner_id = :owner', { owner: caller.userId });
  }
}
