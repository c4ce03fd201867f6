import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, type Repository } from 'typeorm';
import { Run } from '../runs/run.entity.js';
import { Schedule } from '../schedules/schedule.entity.js';
import type { RunEventDto, ScheduleChange, ScheduleEventDto } from './dto/event.dto.js';
import type { NewEvent } from './event-log.js';

/** Characters of the error that an event tells; the run has all of it. */
const TOLD_ERROR = 500;

/** What changed, as events tell it: by what the rows say by now. */
@Injectable()
export class Changes {
  constructor(
    @InjectRepository(Run) private readonly runs: Repository<Run>,
    @InjectRepository(Schedule) private readonly schedules: Repository<Schedule>,
  ) {}

  async ofRuns(ids: readonly number[]): Promise<NewEvent[]> {
    if (ids.length === 0) return [];
    const rows = await this.runs
      .createQueryBuilder('run')
      .innerJoin('run.schedule', 'schedule')
      .select(['run.id', 'run.schedule_id', 'run.owner_id', 'run.scheduled_for', 'run.trigger', 'run.status'])
      .addSelect(['run.attempt', 'run.lateness_ms', 'run.duration_ms', 'run.status_code', 'run.error'])
      .addSelect(['schedule.id', 'schedule.title'])
      .where({ id: In(ids) })
      .getMany();
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.flatMap((id) => byId.get(id) ?? []).map(toRunEvent);
  }

  async ofSchedules(changes: ReadonlyMap<number, ScheduleChange>): Promise<NewEvent[]> {
    if (changes.size === 0) return [];
    const rows = await this.schedules.find({
      select: { id: true, owner_id: true },
      where: { id: In([...changes.keys()]) },
    });
    const owners = new Map(rows.map(({ id, owner_id }) => [id, owner_id]));
    return [...changes].map(([id, change]) => ({
      type: 'schedule',
      owner_id: owners.get(id) ?? null,
      data: JSON.stringify({ id, change } satisfies ScheduleEventDto),
    }));
  }
}

function toRunEvent(run: Run): NewEvent {
  const { id, schedule_id, schedule, owner_id, scheduled_for, trigger, status, attempt } = run;
  const { lateness_ms, duration_ms, status_code, error } = run;
  const told: RunEventDto = {
    ...{ id, schedule_id, schedule_title: schedule?.title ?? '', scheduled_for, trigger, status, attempt },
    ...{ lateness_ms, duration_ms, status_code, error: error && error.slice(0, TOLD_ERROR) },
  };
  return { type: 'run', owner_id, data: JSON.stringify(told) };
}
