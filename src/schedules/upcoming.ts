import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { And, IsNull, LessThanOrEqual, Not, type Repository } from 'typeorm';
import type { Principal } from '../http/principal.js';
import { effort } from '../timing/effort.js';
import { nextOccurrence } from '../timing/next-occurrence.js';
import { ComputingTurns } from './computing-turns.js';
import { reachable } from './schedule-filter.js';
import { Schedule } from './schedule.entity.js';

/** An occurrence that is to come, and which of its schedule's it is. */
interface Upcoming {
  readonly schedule: Schedule;
  readonly at: Date;
  /** How many more its schedule may have after it. */
  readonly left: number;
}

/** What is computed in a row, before others have their turn: so many occurrences, or steps of 2 to 5 µs. */
const AT_A_TIME = 50;
const STEPS_AT_A_TIME = 1000;

/** The occurrences to come of all schedules together. */
@Injectable()
export class UpcomingOccurrences {
  constructor(
    @InjectRepository(Schedule) private readonly schedules: Repository<Schedule>,
    private readonly turns: ComputingTurns,
  ) {}

  /** The first `limit` occurrences up to `to` of the schedules that the caller reaches, in order. @throws TooManyRequests */
  async list(caller: Principal, to: Date, limit: number): Promise<Upcoming[]> {
    const coming = (await this.dueFirst(caller, to, limit)).map(first);
    const occurrences: Upcoming[] = [];
    while (coming.length > 0 && occurrences.length < limit) {
      const most = Math.min(limit, occurrences.length + AT_A_TIME);
      await this.turns.next(caller.userId, () => {
        goOn(coming, occurrences, to, most);
      });
    }
    return occurrences;
  }

  /** Each of the occurrences wanted is of one of these: every other schedule begins after as many. */
  private dueFirst(caller: Principal, to: Date, limit: number): Promise<Schedule[]> {
    return this.schedules.find({
      select: {
        ...{ id: true, title: true, next_run: true, max_runs: true, run_count: true },
        ...{ schedule_interval: true, timezone: true, start_at: true, end_at: true, created_at: true },
      },
      where: { ...reachable(caller), next_run: And(Not(IsNull()), LessThanOrEqual(to)) },
      order: { next_run: 'ASC', id: 'ASC' },
      take: limit,
    });
  }
}

/** Moves the first of those that come to the occurrences, until these are `most` or it has taken long enough. */
function goOn(coming: Upcoming[], occurrences: Upcoming[], to: Date, most: number): void {
  const steps = effort();
  while (occurrences.length < most && steps() < STEPS_AT_A_TIME) {
    const next = coming.shift();
    if (!next) return;
    occurrences.push(next);
    const following = after(next);
    if (following && following.at <= to) insert(coming, following);
  }
}

function first(schedule: Schedule): Upcoming {
  const { next_run, max_runs, run_count } = schedule;
  if (next_run === null) throw new Error('a schedule without a next run was asked for it');
  return { schedule, at: next_run, left: max_runs === null ? Infinity : max_runs - run_count - 1 };
}

function after({ schedule, at, left }: Upcoming): Upcoming | undefined {
  const next = left > 0 ? nextOccurrence(schedule, at) : null;
  return next ? { schedule, at: next, left: left - 1 } : undefined;
}

/** Keeps the list in the order of instants, then of ids. */
function insert(coming: Upcoming[], one: Upcoming): void {
  const isBefore = (other: Upcoming): boolean =>
    other.at < one.at || (other.at.getTime() === one.at.getTime() && other.schedule.id < one.schedule.id);
  let [low, high] = [0, coming.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = coming[middle];
    if (other && isBefore(other)) low = middle + 1;
    else high = middle;
  }
  coming.splice(low, 0, one);
}
