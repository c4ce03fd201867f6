import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { RUNS_CANCELED, RUNS_CHANGED, type RunsChanged } from '../runs/run.events.js';
import {
  SCHEDULE_CREATED,
  SCHEDULE_DELETED,
  SCHEDULE_UPDATED,
  type ScheduleEvent,
} from '../schedules/schedule.events.js';
import { Changes } from './changes.js';
import type { ScheduleChange } from './dto/event.dto.js';
import { EventLog, type NewEvent, RESET } from './event-log.js';

/** Changes are gathered so long: what happens to a row meanwhile is one event. */
const GATHER_MS = 50;

/** So many runs are read from the database in that time; further ones wait. */
const RUNS_PER_ROUND = 100;

/** So many wait at most; what is beyond is left out, and a `reset` says so, once in so many rounds. */
const MOST_WAITING = 1000;
const ROUNDS_PER_RESET = 20;

const REPEAT_MS = 1000;

/**
 * Publishes what was committed. Only ids are gathered, and only while somebody follows: then the rows are read, a limited
 * number in a second, however many runs there are.
 */
@Injectable()
export class ChangePublisher implements OnModuleDestroy {
  private readonly runs = new Set<number>();
  private readonly schedules = new Map<number, ScheduleChange>();
  private leftOut = false;
  private rounds = ROUNDS_PER_RESET;
  private publishing = false;
  private stopped = false;

  constructor(
    private readonly log: EventLog,
    private readonly changes: Changes,
  ) {}

  onModuleDestroy(): void {
    this.stopped = true;
  }

  @OnEvent(RUNS_CHANGED)
  @OnEvent(RUNS_CANCELED)
  onRunsChanged({ ids }: RunsChanged): void {
    if (!this.log.mayBeFollowed) return;
    for (const id of ids) {
      if (this.runs.size < MOST_WAITING) this.runs.add(id);
      else this.leftOut = true;
    }
    this.start();
  }

  @OnEvent(SCHEDULE_CREATED)
  onScheduleCreated({ id }: ScheduleEvent): void {
    this.noteSchedule(id, 'created');
  }

  @OnEvent(SCHEDULE_UPDATED)
  onScheduleUpdated({ id }: ScheduleEvent): void {
    // One that was made just now is new to everybody all the same.
    this.noteSchedule(id, this.schedules.get(id) ?? 'updated');
  }

  @OnEvent(SCHEDULE_DELETED)
  onScheduleDeleted({ id }: ScheduleEvent): void {
    this.noteSchedule(id, 'deleted');
  }

  private noteSchedule(id: number, change: ScheduleChange): void {
    if (!this.log.mayBeFollowed) return;
    if (this.schedules.size < MOST_WAITING) this.schedules.set(id, change);
    else this.leftOut = true;
    this.start();
  }

  private start(): void {
    if (!this.publishing) void this.publishAll();
  }

  private async publishAll(): Promise<void> {
    this.publishing = true;
    do {
      await delay(GATHER_MS, undefined, { ref: false });
      try {
        const load = this.take();
        await this.log.publish(load);
      } catch {
        // Those who know why the database or Redis cannot be reached have said so.
        this.leftOut = true;
        await delay(REPEAT_MS, undefined, { ref: false });
      }
    } while (!this.stopped && (this.runs.size > 0 || this.schedules.size > 0 || this.leftOut));
    this.publishing = false;
  }

  /** What loads the events of one round. */
  private take(): () => Promise<NewEvent[]> {
    const ids = [...this.runs].slice(0, RUNS_PER_ROUND);
    for (const id of ids) this.runs.delete(id);
    const schedules = new Map(this.schedules);
    this.schedules.clear();
    const reset = this.leftOut && ++this.rounds >= ROUNDS_PER_RESET ? [RESET] : [];
    if (reset.length > 0) [this.leftOut, this.rounds] = [false, 0];
    return async () => [
      ...(await this.changes.ofSchedules(schedules)),
      ...(await this.changes.ofRuns(ids)),
      ...reset,
    ];
  }
}
