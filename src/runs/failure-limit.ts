import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AppConfig } from '../config/app-config.js';
import { Dialect } from '../database/dialect.js';
import { ScheduleChanges } from '../schedules/schedule-changes.js';
import type { EndedAttempt } from './ended-attempt.js';

interface CountedRow {
  id: number;
  consecutive_failures: number;
}

/**
 * Counts the failed runs in a row of each schedule, and disables a schedule that has too many of them
 * (MAX_CONSECUTIVE_FAILURES) or whose target is gone.
 */
@Injectable()
export class FailureLimit {
  constructor(
    private readonly dialect: Dialect,
    private readonly changes: ScheduleChanges,
    private readonly config: AppConfig,
  ) {}

  /** Works in the transaction that wrote these ends. Resolves with what is to be done after its commit. */
  async apply(manager: EntityManager, ends: readonly EndedAttempt[]): Promise<(() => void)[]> {
    const over = ends.filter(({ status }) => status !== 'queued');
    const failed = over.some(({ status }) => status !== 'succeeded');
    // Where nothing failed lately, successes change nothing.
    if (over.length === 0 || (!failed && !(await this.anyFailing(manager)))) return [];
    const counted = await this.count(manager, over);
    const limit = this.config.maxConsecutiveFailures;
    const tooMany = counted
      .filter((row) => limit > 0 && row.consecutive_failures >= limit)
      .map(({ id }) => id);
    return [
      ...(await this.disableGone(manager, over)),
      ...(await this.changes.disable(
        manager,
        tooMany,
        `${String(limit)} runs failed in a row (MAX_CONSECUTIVE_FAILURES)`,
      )),
    ];
  }

  private async anyFailing(manager: EntityManager): Promise<boolean> {
    // In this order there is only the index, which is empty; else PostgreSQL, before it has statistics, reads the table.
    const rows = await this.dialect.query(
      manager,
      'SELECT 1 FROM schedules WHERE consecutive_failures > 0 ORDER BY consecutive_failures LIMIT 1',
    );
    return rows.length > 0;
  }

  /** Only ends that were written count: a run that was canceled meanwhile has another status. */
  private count(manager: EntityManager, over: readonly EndedAttempt[]): Promise<CountedRow[]> {
    return this.dialect.query<CountedRow>(
      manager,
      `UPDATE schedules
          SET consecutive_failures = CASE WHEN ended.succeeded > 0 THEN 0 ELSE consecutive_failures + ended.runs END
         FROM (SELECT runs.schedule_id, count(*) AS runs,
                      sum(CASE WHEN runs.status = 'succeeded' THEN 1 ELSE 0 END) AS succeeded
                 FROM ${this.dialect.rows('written', { id: 'integer', status: 'text' })}
                 JOIN runs ON runs.id = written.id AND runs.status = written.status
             GROUP BY runs.schedule_id) AS ended
        WHERE schedules.id = ended.schedule_id
    RETURNING schedules.id, schedules.consecutive_failures`,
      [JSON.stringify(over.map(({ id, status }) => [id, status]))],
    );
  }

  /** Unless the schedule has another action by now: what is gone is what the attempt called. */
  private async disableGone(manager: EntityManager, over: readonly EndedAttempt[]): Promise<(() => void)[]> {
    const afterCommit: (() => void)[] = [];
    for (const { id, schedule_id, status, gone } of over) {
      if (gone === null) continue;
      const same = await this.dialect.query(
        manager,
        `SELECT 1 FROM runs JOIN schedules ON schedules.id = runs.schedule_id
          WHERE runs.id = ? AND runs.status = ? AND schedules.action = ?`,
        [id, status, gone.action],
      );
      if (same.length > 0)
        afterCommit.push(...(await this.changes.disable(manager, [schedule_id], gone.reason)));
    }
    return afterCommit;
  }
}
