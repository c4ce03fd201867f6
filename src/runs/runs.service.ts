import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository, SelectQueryBuilder } from 'typeorm';
import { cappedCount, type Page, pageOf } from '../http/page.js';
import type { Principal } from '../http/principal.js';
import { found } from '../http/problems.js';
import { SchedulesService } from '../schedules/schedules.service.js';
import type { RunQuery, ScheduleRunsQuery } from './dto/run-query.dto.js';
import { isNotable, NOTABLE, UNFINISHED } from './run-state.js';
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

  /** By the instant they were scheduled for, the latest first. */
  async list(caller: Principal, query: RunQuery): Promise<Page<Run>> {
    const runs = this.matching(caller, query);
    const total = await cappedCount(runs);
    if (query.cursor !== undefined) {
      const [at, id] = query.cursor.split('.').map(Number);
      runs.andWhere('(run.scheduled_for, run.id) < (:at, :id)', { at: new Date(Number(at)), id: id ?? 0 });
    }
    const { entities, raw } = await runs
      .select(this.listedColumns())
      .addSelect(`substr(run.output, 1, ${String(LISTED_OUTPUT)})`, 'listed_output')
      .orderBy('run.scheduled_for', 'DESC')
      .addOrderBy('run.id', 'DESC')
      .limit(query.limit + 1)
      .getRawAndEntities<{ listed_output: string | null }>();
    const rows = entities.map((run, n) => Object.assign(run, { output: raw[n]?.listed_output ?? null }));
    return pageOf(
      rows,
      query.limit,
      total,
      ({ scheduled_for, id }) => `${String(scheduled_for.getTime())}.${String(id)}`,
    );
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
