import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { And, IsNull, LessThanOrEqual, Not, type Repository } from 'typeorm';
import type { Principal } from '../http/principal.js';
import { nextOccurrence } from '../timing/next-occurrence.js';
import { reachable } from './schedule-filter.js';
import { Schedule } from './schedule.entity.js';

/** An occurrence that is to come, and which of its schedule's it is. */
interface Upcoming {
  readonly schedule: Schedule;
  readonly at: Date;
  /** How many more its schedule may have after it. */
  readonly left: number;
}

/** So many occurrences are computed in a row, at up to 0.1 ms each, before others have their turn. */
const AT_A_TIME = 50;

/** The occurrences to come of all schedules together. */
@Injectable()
export class UpcomingOccurrences {
  constructor(@InjectRepository(Schedule) private readonly schedules: Repository<Schedule>) {}

  /** The first `limit` occurrences up to `to` of the schedules that the caller reaches, in order. */
  async list(caller: Principal, to: Date, limit: number): Promise<Upcoming[]> {
    const coming = (await this.dueFirst(caller, to, limit)).map(first);
    const occurrences: Upcoming[] = [];
    for (let next = coming.shift(); next && occurrences.length < limit; next = coming.shift()) {
      occurrences.push(next);
      const following = after(next);
      if (following && following.at <= to) insert(coming, following);
      if (occurrences.length % AT_A_TIME === 0) await new Promise(setImmediate);
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
