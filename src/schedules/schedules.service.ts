import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, In, type Repository } from 'typeorm';
import { AuditService } from '../audit/audit.service.js';
import { Clock } from '../clock/clock.js';
import { PreparedQuery } from '../database/prepared-query.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import type { Page } from '../http/page.js';
import { readPage } from '../http/page-reader.js';
import type { Principal } from '../http/principal.js';
import { found } from '../http/problems.js';
import { upcomingOccurrences } from '../timing/next-occurrence.js';
import { type ClockReading, onClock, type Preview, preview, UNSAVED } from '../timing/preview.js';
import type { PreviewRequestDto } from './dto/preview.dto.js';
import type { ScheduleCreateDto } from './dto/schedule-create.dto.js';
import type { ScheduleQuery } from './dto/schedule-query.dto.js';
import type { ScheduleUpdateDto } from './dto/schedule-update.dto.js';
import { matching, REACHABLE, reachable, reachOf } from './schedule-filter.js';
import { ComputingTurns } from './computing-turns.js';
import { changesInterval, changesTiming, firstRun } from './first-run.js';
import { DEFAULT_RETRY_POLICY, type RetryPolicy } from './policies.js';
import { Schedule } from './schedule.entity.js';
import { inOrder } from './schedule-order.js';
import { ScheduleAction } from './schedule-action.js';
import { type AfterCommit, ScheduleChanges } from './schedule-changes.js';
import { SCHEDULE_CREATED, SCHEDULE_DELETED, SCHEDULE_UPDATED } from './schedule.events.js';
import { ScheduleQuota } from './schedule-quota.js';
import { SigningSecrets } from './signing-secrets.js';

/** Whoever enables or disables a schedule by hand puts an end to what the service thought of it. */
const CLEARED = { disabled_reason: null, consecutive_failures: 0 };

/** What a schedule is unless its maker says otherwise. */
const DEFAULTS: Partial<Schedule> = {
  description: null,
  timezone: 'UTC',
  enabled: true,
  ...CLEARED,
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
  private readonly byId: PreparedQuery<Schedule, 'id' | 'owner' | 'everyone'>;

  constructor(
    @InjectRepository(Schedule) private readonly schedules: Repository<Schedule>,
    private readonly unitOfWork: UnitOfWork,
    private readonly changes: ScheduleChanges,
    private readonly action: ScheduleAction,
    private readonly signing: SigningSecrets,
    private readonly quota: ScheduleQuota,
    private readonly turns: ComputingTurns,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {
    this.byId = new PreparedQuery(unitOfWork.dialect, schedules, ['id', 'owner', 'everyone'], (query) =>
      query.where(`row.id = :id AND ${REACHABLE}`),
    );
  }

  /** @throws InvalidFields when it has no occurrence in the future, or its action cannot be carried out */
  async create(caller: Principal, fields: ScheduleCreateDto): Promise<Schedule> {
    await this.turns.beforeWrite(caller.userId);
    const schedule = await this.unitOfWork.transaction(async (manager) => {
      const now = this.clock.now();
      const row = manager.create(Schedule, {
        ...DEFAULTS,
        ...complete(fields, DEFAULT_RETRY_POLICY),
        owner_id: caller.userId,
      });
      Object.assign(row, { created_at: now, updated_at: now });
      await this.quota.spend(manager, row);
      await this.action.settle(manager, row);
      await manager.insert(Schedule, row);
      // Only now has it the id that H is a hash of, and that its signing secret is sealed for.
      this.turns.charge(caller.userId, () => {
        row.next_run = firstRun(row, now, row);
        this.quota.checkInterval(row);
      });
      const { id, next_run, title } = row;
      await manager.update(Schedule, id, { next_run, signing_secret: this.signing.first(id) });
      await this.audit.record(manager, caller, 'schedule.create', id, { title });
      return row;
    });
    this.changes.publish(SCHEDULE_CREATED, schedule);
    return schedule;
  }

  list(caller: Principal, query: ScheduleQuery): Promise<Page<Schedule>> {
    const all = this.schedules
      .createQueryBuilder('schedule')
      .where(matching(this.unitOfWork.dialect, caller, query));
    const long = ['title', 'description', 'action', 'tags'] as const;
    const place = { all, ...inOrder(all.clone(), query), limit: query.limit, long };
    return readPage(caller, place);
  }

  /** @throws NotFound */
  async get(caller: Principal, id: number): Promise<Schedule> {
    return found('schedule', id, await this.byId.one({ id, ...reachOf(caller) }));
  }

  /** Which of these schedules the caller reaches. */
  async reachedOf(caller: Principal, ids: readonly number[]): Promise<ReadonlySet<number>> {
    const rows = await this.schedules.find({
      select: { id: true },
      where: { ...reachable(caller), id: In([...ids]) },
    });
    return new Set(rows.map(({ id }) => id));
  }

  /** @throws NotFound, InvalidFields and TooManyRequests as `create` does */
  async update(caller: Principal, id: number, fields: ScheduleUpdateDto): Promise<Schedule> {
    await this.turns.beforeWrite(caller.userId);
    const schedule = await this.change(caller, id, async (manager, row) => {
      const changes = { ...complete(fields, row.retry_policy), ...(fields.enabled !== undefined && CLEARED) };
      const timing = changesTiming(row, changes);
      const { action: before } = row;
      Object.assign(row, changes, { updated_at: this.clock.now() });
      this.turns.charge(caller.userId, () => {
        if (timing) row.next_run = firstRun(row, row.updated_at, changes);
        // One that is stopped, or only changed otherwise, stays as it was allowed to be.
        if (row.next_run && changesInterval(changes)) this.quota.checkInterval(row);
      });
      if (changes.action) await this.action.settle(manager, row, before);
      else if (changes.title !== undefined) this.action.checkTitle(row);
      const { is_completed, next_run, updated_at, lane } = row;
      await manager.update(Schedule, id, { ...changes, is_completed, next_run, updated_at, lane });
      await this.audit.record(manager, caller, 'schedule.update', id, { fields: Object.keys(fields) });
      return row.enabled ? [] : this.changes.stop(manager, [id]);
    });
    this.changes.publish(SCHEDULE_UPDATED, schedule);
    return schedule;
  }

  /** The next occurrences of a schedule, as many as it still may run. @throws NotFound, TooManyRequests */
  async upcoming(caller: Principal, id: number, count: number): Promise<ClockReading[]> {
    const schedule = await this.get(caller, id);
    const { next_run, max_runs, run_count } = schedule;
    if (!next_run) return [];
    const left = max_runs === null ? count : Math.min(count, max_runs - run_count);
    return this.turns.next(caller.userId, () =>
      upcomingOccurrences(schedule, new Date(next_run.getTime() - 1), left).map((at) =>
        onClock(at, schedule.timezone),
      ),
    );
  }

  /** What a schedule would do. Nothing is stored. @throws TooManyRequests */
  preview(caller: Principal, { count, after, ...timing }: PreviewRequestDto): Promise<Preview> {
    const now = this.clock.now();
    const unsaved = { ...timing, start_at: null, end_at: null, created_at: now, id: UNSAVED };
    return this.turns.next(caller.userId, () => preview(unsaved, after ?? now, count));
  }

  /** Takes effect for the very next occurrence; the schedule's runs stay readable. @throws NotFound */
  async delete(caller: Principal, id: number): Promise<Schedule> {
    const schedule = await this.change(caller, id, async (manager, { title }) => {
      await manager.update(Schedule, id, { next_run: null, deleted_at: this.clock.now() });
      await this.audit.record(manager, caller, 'schedule.delete', id, { title });
      return this.changes.stop(manager, [id]);
    });
    this.changes.publish(SCHEDULE_DELETED, { id, next_run: null });
    return schedule;
  }

  /** Changes a schedule in one transaction, after what it owes by then is settled. Resolves with its row. */
  private async change(
    caller: Principal,
    id: number,
    work: (manager: EntityManager, row: Schedule) => Promise<AfterCommit[]>,
  ): Promise<Schedule> {
    const { row, afterCommit } = await this.unitOfWork.transaction(async (manager) => {
      await this.unitOfWork.dialect.lockRows(manager, 'schedules', [id]);
      const afterCommit = await this.changes.settle(manager, await this.own(manager, caller, id));
      const row = await this.own(manager, caller, id);
      afterCommit.push(...(await work(manager, row)));
      return { row, afterCommit };
    });
    for (const callback of afterCommit) callback();
    return row;
  }

  private async own(manager: EntityManager, caller: Principal, id: number): Promise<Schedule> {
    return found('schedule', id, await manager.findOneBy(Schedule, { ...reachable(caller), id }));
  }
}

/** The fields of a request, with the parts of the retry policy that it leaves out as they were. */
function complete({ retry_policy, ...fields }: ScheduleUpdateDto, before: RetryPolicy): Partial<Schedule> {
  return retry_policy ? { ...fields, retry_policy: { ...before, ...retry_policy } } : fields;
}
