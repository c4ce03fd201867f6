import { Injectable } from '@nestjs/common';
import { EventEmitter2, OnEvent } from '@nestjs/event-emitter';
import { InjectRepository } from '@nestjs/typeorm';
import {
  type EntityManager,
  Equal,
  type FindOperator,
  type FindOptionsWhere,
  IsNull,
  MoreThan,
  Raw,
  type Repository,
} from 'typeorm';
import { Clock } from '../clock/clock.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { type Page, pageOf } from '../http/page.js';
import type { Principal } from '../http/principal.js';
import { NotFound } from '../http/problems.js';
import { nextOccurrence } from '../timing/next-occurrence.js';
import { UserDeleting } from '../users/user.events.js';
import type { ScheduleCreateDto } from './dto/schedule-create.dto.js';
import type { ScheduleQuery } from './dto/schedule-query.dto.js';
import type { ScheduleUpdateDto } from './dto/schedule-update.dto.js';
import { Schedule } from './schedule.entity.js';
import {
  SCHEDULE_CREATED,
  SCHEDULE_DELETED,
  SCHEDULE_UPDATED,
  type ScheduleEvent,
} from './schedule.events.js';

/** What decides when a schedule fires. A change of any computes `next_run` anew. */
const TIMING = ['schedule_interval', 'timezone', 'enabled', 'is_completed'] as const;

/** What a schedule is unless its maker says otherwise. */
const DEFAULTS: Partial<Schedule> = {
  description: null,
  timezone: 'UTC',
  enabled: true,
  is_completed: false,
  action: { type: 'log' },
  last_run: null,
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

  async create(caller: Principal, fields: ScheduleCreateDto): Promise<Schedule> {
    const schedule = await this.unitOfWork.transaction(async (manager) => {
      const now = this.clock.now();
      const row = manager.create(Schedule, { ...DEFAULTS, ...fields, owner_id: caller.userId });
      Object.assign(row, { next_run: firstRun(row, now), created_at: now, updated_at: now });
      await manager.insert(Schedule, row);
      return row;
    });
    this.publish(SCHEDULE_CREATED, schedule);
    return schedule;
  }

  async list(caller: Principal, { limit, cursor, q, ...flags }: ScheduleQuery): Promise<Page<Schedule>> {
    const where = (after: number): FindOptionsWhere<Schedule>[] => {
      const base = { ...reachable(caller), ...flags, id: MoreThan(after) };
      if (q === undefined) return [base];
      const part = containing(q);
      return [
        { ...base, title: part },
        { ...base, description: part },
      ];
    };
    const [total, rows] = await Promise.all([
      this.schedules.countBy(where(0)),
      this.schedules.find({ where: where(Number(cursor ?? 0)), order: { id: 'ASC' }, take: limit + 1 }),
    ]);
    return pageOf(rows, limit, total);
  }

  /** @throws NotFound */
  async get(caller: Principal, id: number): Promise<Schedule> {
    return found(id, await this.schedules.findOneBy({ ...reachable(caller), id }));
  }

  /** @throws NotFound */
  async update(caller: Principal, id: number, fields: ScheduleUpdateDto): Promise<Schedule> {
    const schedule = await this.unitOfWork.transaction(async (manager) => {
      const row = await this.own(manager, caller, id);
      const now = this.clock.now();
      const changed = TIMING.some((name) => fields[name] !== undefined && fields[name] !== row[name]);
      Object.assign(row, fields, { updated_at: now });
      if (changed) row.next_run = firstRun(row, now);
      await manager.update(Schedule, id, { ...fields, next_run: row.next_run, updated_at: now });
      return row;
    });
    this.publish(SCHEDULE_UPDATED, schedule);
    return schedule;
  }

  /** Takes effect for the very next occurrence; the schedule's runs stay readable. @throws NotFound */
  async delete(caller: Principal, id: number): Promise<Schedule> {
    const schedule = await this.unitOfWork.transaction(async (manager) => {
      const row = await this.own(manager, caller, id);
      await manager.update(Schedule, id, { next_run: null, deleted_at: this.clock.now() });
      return row;
    });
    this.publish(SCHEDULE_DELETED, { id, next_run: null });
    return schedule;
  }

  /** Nobody is left to answer for these schedules: they stop firing with the transaction that deletes the user. */
  @OnEvent(UserDeleting.event, { suppressErrors: false })
  async disableAllOf({ userId, manager }: UserDeleting): Promise<void> {
    await manager.update(Schedule, { owner_id: userId }, { enabled: false, next_run: null });
  }

  private async own(manager: EntityManager, caller: Principal, id: number): Promise<Schedule> {
    return found(id, await manager.findOneBy(Schedule, { ...reachable(caller), id }));
  }

  private publish(event: string, { id, next_run }: ScheduleEvent): void {
    this.events.emit(event, { id, next_run } satisfies ScheduleEvent);
  }
}

/** Null when it must not fire, else its first occurrence from now on. */
const firstRun = (schedule: Schedule, now: Date): Date | null =>
  schedule.enabled && !schedule.is_completed
    ? nextOccurrence(schedule.schedule_interval, schedule.timezone, now)
    : null;

const reachable = (caller: Principal): FindOptionsWhere<Schedule> => ({
  deleted_at: IsNull(),
  ...(caller.role === 'admin' ? {} : { owner_id: Equal(caller.userId) }),
});

/** Contains the text as it is, without regard to case: its own % and _ are no wildcards. */
const containing = (text: string): FindOperator<string> =>
  Raw((column) => `LOWER(${column}) LIKE LOWER(:part) ESCAPE '\\'`, {
    part: `%${text.replace(/[\\%_]/g, '\\$&')}%`,
  }) as FindOperator<string>;

function found(id: number, schedule: Schedule | null): Schedule {
  if (!schedule) throw new NotFound('schedule', id);
  return schedule;
}
