import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { Clock } from '../clock/clock.js';
import { AppConfig } from '../config/app-config.js';
import { instantText } from '../database/columns.js';
import { Dialect } from '../database/dialect.js';
import { RunQueue } from '../run-queue/run-queue.js';
import { RunExecutor } from './run-executor.js';
import { ofSchedule, RunLedger } from './run-ledger.js';
import { UNFINISHED } from './run-state.js';
import { OF_OCCURRENCE } from './run.entity.js';

/** While this process gets runs to work on, they get through. Waiting rows are looked at when it got none for this time. */
const QUIET_MS = 30_000;

/** A run that nothing explains has to be so for this time: it may have become `queued` a moment ago. */
const SUSPECT_MS = 15_000;

/** Rows that are looked at: the oldest, and of these one per lane. */
const MOST_ROWS = 1000;
const MOST_LANES = 20;

/** Whether runs that are due begin, and what becomes of them is written. */
@Injectable()
export class RunProgress {
  /** Runs that nothing explained at the last look, and since when. */
  private suspects = new Map<number, number>();
  private looking: Promise<void> | undefined;

  constructor(
    private readonly ledger: RunLedger,
    private readonly queue: RunQueue,
    private readonly executor: RunExecutor,
    private readonly config: AppConfig,
    private readonly dialect: Dialect,
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  /** @throws Error that says what does not go on */
  async check(): Promise<void> {
    const trouble = this.ledger.trouble() ?? this.queue.trouble();
    if (trouble !== undefined) throw new Error(trouble);
    // Looks at a database that is silent must not take all of its connections.
    await (this.looking ??= this.look().finally(() => (this.looking = undefined)));
  }

  private async look(): Promise<void> {
    const now = this.clock.elapsedMs();
    const suspects = this.isQuiet() ? await this.unexplained() : [];
    this.suspects = new Map(suspects.map((id) => [id, this.suspects.get(id) ?? now]));
    const stuck = suspects.find((id) => now - (this.suspects.get(id) ?? now) >= SUSPECT_MS);
    if (stuck !== undefined)
      throw new Error(
        `run ${String(stuck)} is due, places are free, and this process gets no runs to work on`,
      );
  }

  /** Whether runs could begin here, and none does. */
  private isQuiet(): boolean {
    const { active } = this.queue.depth();
    return this.executor.quietMs >= QUIET_MS && active < this.config.runConcurrency;
  }

  /** Runs that are due for long, and wait neither for another run of their schedule nor for what the queue knows of. */
  private async unexplained(): Promise<number[]> {
    const rows = await this.dialect.query<{ id: number }>(
      this.dataSource,
      `SELECT min(waiting.id) AS id
         FROM (SELECT id, schedule_id, "trigger", ${ofSchedule('lane')} AS lane,
                      ${ofSchedule('overlap_policy')} AS overlap_policy
                 FROM runs
                WHERE status = 'queued' AND available_at <= ?
             ORDER BY available_at, id
                LIMIT ${String(MOST_ROWS)}) AS waiting
        WHERE NOT (${OF_OCCURRENCE} AND overlap_policy <> 'allow'
                   AND EXISTS (SELECT 1 FROM runs AS earlier
                                WHERE earlier.schedule_id = waiting.schedule_id AND earlier.id < waiting.id
                                  AND earlier.status IN (${UNFINISHED})))
     GROUP BY waiting.lane
        LIMIT ${String(MOST_LANES)}`,
      [instantText(new Date(this.clock.now().getTime() - QUIET_MS))],
    );
    const explained = await Promise.all(rows.map((row) => this.queue.explains(row.id)));
    return rows.filter((_, index) => !explained[index]).map(({ id }) => id);
  }
}
