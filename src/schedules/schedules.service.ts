import { Injectable } from '@nestjs/common';
import { EventEmitter2, OnEvent } from '@nestjs/event-emitter';
import { InjectRepository } from '@nestjs/typeorm';
import type { EntityManager, Repository } from 'typeorm';
import { Clock } from '../clock/clock.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { type Page, pageOf } from '../http/page.js';
import type { Principal } from '../http/principal.js';
import { found } from '../http/problems.js';
import { upcomingOccurrences } from '../timing/next-occurrence.js';
import { type ClockReading, onClock, type Preview, preview, UNSAVED } from '../timing/preview.js';
import { UserDeleting } from '../users/user.events.js';
import type { PreviewRequestDto } from './dto/preview.dto.js';
import type { ScheduleCreateDto } from './dto/schedule-create.dto.js';
import type { ScheduleQuery } from './dto/schedule-query.dto.js';
import type { ScheduleUpdateDto } from './dto/schedule-update.dto.js';
import { matching, reachable } from './schedule-filter.js';
import { changesTiming, firstRun } from './first-run.js';
import { DEFAULT_RETRY_POLICY } from './policies.js';
import { Schedule } from './schedule.entity.js';
import {
  SCHEDULE_CREATED,
  SCHEDULE_DELETED,
  SCHEDULE_UPDATED,
  ScheduleChanging,
  type ScheduleEvent,
  SchedulesStopping,
} from './schedule.events.js';

/** What a schedule is unless its maker says otherwise. */
const DEFAULTS: Partial<Schedule> = {
  description: null,
  timezone: 'UTC',
  enabled: true,
  is_completed: false,
  action: { type: 'log' },
  overlap_policy: 'skip',
  misfire_policy: 'once',
  misfire_window_seconds: 86_400,
  retry_policy: DEFAULT_RETRY_POLICY,
  delivery: 'at_least_once',
  start_at: null,
  end_at: null,
  max_runs: null,
  run_count: 0,
  jitter_seconds: 0,
  tags: [],
  last_run: null,
  next_run: null,
  deleted_at: null,
};

/** Schedules. A member reaches its own, an admin everyone's; the rest is as if it were not there. */
@Injectable()
export class SchedulesService {
  constructor(
    @InjectRepository(Schedule) private readonly schedules: Repository<Schedule>,
    private readonly unitOfWork: UnitOfWork,
    private readonly events: EventEmitter2,
    private readonly clock: Clock,
  ) {}

  /** @throws InvalidFields when it has no occurrence in the future */
  async create(caller: Principal, fields: ScheduleCreateDto): Promise<Schedule> {
    const schedule = await this.unitOfWork.transaction(async (manager) => {
      const now = this.clock.now();
      const row = manager.create(Schedule, { ...DEFAULTS, ...complete(fields), owner_id: caller.userId });
      Object.assign(row, { created_at: now, updated_at: now });
      await manager.insert(Schedule, row);
      // Only now has it the id that H is a hash of.
      row.next_run = firstRun(row, now, row);
      await manager.update(Schedule, row.id, { next_run: row.next_run });
      return row;
    });
    this.publish(SCHEDULE_CREATED, schedule);
    return schedule;
  }

  async list(caller: Principal, query: ScheduleQuery): Promise<Page<Schedule>> {
    const [total, rows] = await Promise.all([
      this.schedules.countBy(matching(caller, query, 0)),
      this.schedules.find({
        where: matching(caller, query, Number(query.cursor ?? 0)),
        order: { id: 'ASC' },
        take: query.limit + 1,
      }),
    ]);
    return pageOf(rows, query.limit, total);
  }

  /** @throws NotFound */
  async get(caller: Principal, id: number): Promise<Schedule> {
    return found('schedule', id, await this.schedules.findOneBy({ ...reachable(caller), id }));
  }

  /** @throws NotFound, InvalidFields when it is to fire and has no occurrence in the future */
  async update(caller: Principal, id: number, fields: ScheduleUpdateDto): Promise<Schedule> {
    const schedule = await this.change(caller, id, async (manager, row) => {
      const changes = complete(fields);
      const timing = changesTiming(row, changes);
      Object.assign(row, changes, { updated_at: this.clock.now() });
      if (timing) row.next_run = firstRun(row, row.updated_at, changes);
      const { is_completed, next_run, updated_at } = row;
      await manager.update(Schedule, id, { ...changes, is_completed, next_run, updated_at });
      if (!row.enabled) await this.stop(manager, [id]);
    });
    this.publish(SCHEDULE_UPDATED, schedule);
    return schedule;
  }

  /** The next occurrences of a schedule, as many as it still may run. @throws NotFound */
  async upcoming(caller: Principal, id: number, count: number): Promise<ClockReading[]> {
    const schedule = await this.get(caller, id);
    const { next_run, max_runs, run_count } = schedule;
    if (!next_run) return [];
    const left = max_runs === null ? count : Math.min(count, max_runs - run_count);
    const instants = upcomingOccurrences(schedule, new Date(next_run.getTime() - 1), left);
    return instants.map((at) => onClock(at, schedule.timezone));
  }

  /** What a schedule would do. Nothing is stored. */
  preview({ count, after, ...timing }: PreviewRequestDto): Preview {
    const now = this.clock.now();
    return preview(
      { ...timing, start_at: null, end_at: null, created_at: now, id: UNSAVED },
      after ?? now,
      count,
    );
  }

  /** Takes effect for the very next occurrence; the schedule's runs stay readable. @throws NotFound */
  async delete(caller: Principal, id: number): Promise<Schedule> {
    const schedule = await this.change(caller, id, async (manager) => {
      await manager.update(Schedule, id, { next_run: null, deleted_at: this.clock.now() });
      await this.stop(manager, [id]);
    });
    this.publish(SCHEDULE_DELETED, { id, next_run: null });
    return schedule;
  }

  /** Nobody is left to answer for these schedules: they stop with the transaction that deletes the user. */
  @OnEvent(UserDeleting.event, { suppressErrors: false })
  async disableAllOf({ userId, manager }: UserDeleting): Promise<void> {
    const schedules = await manager.findBy(Schedule, { owner_id: userId });
    for (const schedule of schedules) await this.settle(manager, schedule);
    await manager.update(Schedule, { owner_id: userId }, { enabled: false, next_run: null });
    await this.stop(
      manager,
      schedules.map(({ id }) => id),
    );
  }

  /** Changes a schedule in one transaction, after what it owes by then is settled. Resolves with its row. */
  private async change(
    caller: Principal,
    id: number,
    work: (manager: EntityManager, row: Schedule) => Promise<void>,
  ): Promise<Schedule> {
    const { row, afterCommit } = await this.unitOfWork.transaction(async (manager) => {
      const afterCommit = await this.settle(manager, await this.own(manager, caller, id));
      const row = await this.own(manager, caller, id);
      await work(manager, row);
      return { row, afterCommit };
    });
    for (const callback of afterCommit) callback();
    return row;
  }

  /** An occurrence that is due belongs to the schedule as it was: a change must not make it vanish. */
  private async settle(manager: EntityManager, { id, next_run }: Schedule): Promise<(() => void)[]> {
    const changing = new ScheduleChanging(id, manager);
    if (next_run && next_run <= this.clock.now())
      await this.events.emitAsync(ScheduleChanging.event, changing);
    return changing.afterCommit;
  }

  private async stop(manager: EntityManager, scheduleIds: number[]): Promise<void> {
    await this.events.emitAsync(SchedulesStopping.event, new SchedulesStopping(scheduleIds, manager));
  }

  private async own(manager: EntityManager, caller: Principal, id: number): Promise<Schedule> {
    return found('schedule', id, await manager.findOneBy(Schedule, { ...reachable(caller), id }));
  }

  private publish(event: string, { id, next_run }: ScheduleEvent): void {
    this.events.emit(event, { id, next_run } satisfies ScheduleEvent);
  }
}

/** The fields of a request, with the parts of the retry policy that it leaves out. */
function complete({ retry_policy, ...fields }: ScheduleUpdateDto): Partial<Schedule> {
  return retry_policy ? { ...fields, retry_policy: { ...DEFAULT_RETRY_POLICY, ...retry_policy } } : fields;
}
