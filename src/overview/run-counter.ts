import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import type { Principal } from '../http/principal.js';
import { Run } from '../runs/run.entity.js';
import type { HourDto } from './dto/overview.dto.js';
import { HourTally, type TalliedRun } from './hour-tally.js';

/** So many runs are looked at, the latest; and so many of them at a time, before others have their turn. */
export const MOST_RUNS = 50_000;
const SLICE = 2500;

export interface RunCounts {
  /** Since when runs are counted. */
  readonly from: Date;
  readonly complete: boolean;
  readonly hours: HourDto[];
}

type CountedRun = TalliedRun & { readonly id: number };

/** Counts the runs of the latest hours. */
@Injectable()
export class RunCounter {
  constructor(@InjectRepository(Run) private readonly runs: Repository<Run>) {}

  async count(caller: Principal, from: Date, to: Date): Promise<RunCounts> {
    const tally = new HourTally();
    let last: CountedRun | undefined;
    for (let looked = 0; looked < MOST_RUNS; looked += SLICE) {
      const slice = await this.slice(caller, from, to, last);
      for (const run of slice) tally.add(run);
      if (slice.length < SLICE) return { from, complete: true, hours: tally.between(from, to) };
      last = slice.at(-1);
      await new Promise(setImmediate);
    }
    const since = last?.scheduled_for ?? from;
    return { from: since, complete: false, hours: tally.between(since, to) };
  }

  /** The latest runs before `last`, as they are: to make entities of them takes ten times as long. */
  private async slice(
    caller: Principal,
    from: Date,
    to: Date,
    last: CountedRun | undefined,
  ): Promise<CountedRun[]> {
    const query = this.runs
      .createQueryBuilder('run')
      .select('run.id', 'id')
      .addSelect('run.scheduled_for', 'scheduled_for')
      .addSelect('run.status', 'status')
      .addSelect('run.trigger', 'trigger')
      .addSelect('run.lateness_ms', 'lateness_ms')
      .addSelect('run.missed_count', 'missed_count')
      .where('run.scheduled_for >= :from AND run.scheduled_for <= :to', { from, to })
      .orderBy('run.scheduled_for', 'DESC')
      .addOrderBy('run.id', 'DESC')
      .limit(SLICE);
    if (caller.role !== 'admin') query.andWhere('run.owner_id = :owner', { owner: caller.userId });
    if (last)
      query.andWhere('(run.scheduled_for, run.id) < (:at, :id)', { at: last.scheduled_for, id: last.id });
    const rows = await query.getRawMany<CountedRun>();
    return rows.map((row) => ({ ...row, scheduled_for: this.toInstant(row.scheduled_for) }));
  }

  /** A value of the column as the driver gives it. */
  private toInstant(raw: unknown): Date {
    const { metadata } = this.runs;
    const column = metadata.findColumnWithPropertyName('scheduled_for');
    if (!column) throw new Error('runs have no scheduled_for');
    return metadata.dataSource.driver.prepareHydratedValue(raw, column) as Date;
  }
}
