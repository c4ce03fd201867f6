import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AppConfig } from '../config/app-config.js';
import { ScheduleChanges } from '../schedules/schedule-changes.js';
import type { EndedAttempt } from './run-ledger.js';

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
    private readonly changes: ScheduleChanges,
    private readonly config: AppConfig,
  ) {}

  /** Works in the transaction that wrote these ends. Resolves with what is to be done after its commit. */
  async apply(manager: EntityManager, ends: readonly EndedAttempt[]): Promise<(() => void)[]> {
    // A success of a schedule that has no failures changes nothing: nearly all ends are such.
    const counted = ends.filter(
      ({ status, failures_before }) => status !== 'queued' && (status !== 'succeeded' || failures_before > 0),
    );
    if (counted.length === 0) return [];
    const rows = await this.count(manager, counted);
    const gone = counted.filter((end) => end.gone !== null && rows.some(({ id }) => id === end.schedule_id));
    const afterCommit: (() => void)[] = [];
    for (const { schedule_id, gone: reason } of gone) {
      afterCommit.push(...(await this.changes.disable(manager, [schedule_id], reason ?? '')));
    }
    const limit = this.config.maxConsecutiveFailures;
    const over = rows.filter((row) => limit > 0 && row.consecutive_failures >= limit).map(({ id }) => id);
    const reason = `${String(limit)} runs failed in a row (MAX_CONSECUTIVE_FAILURES)`;
    if (over.length > 0) afterCommit.push(...(await this.changes.disable(manager, over, reason)));
    return afterCommit;
  }

  /** Only ends that were written count: a run that was canceled meanwhile has another status. */
  private count(manager: EntityManager, ends: readonly EndedAttempt[]): Promise<CountedRow[]> {
    return manager.query<CountedRow[]>(
      `UPDATE schedules
          SET consecutive_failures = iif(ended.succeeded > 0, 0, consecutive_failures + ended.failed)
         FROM (SELECT runs.schedule_id, sum(runs.status = 'succeeded') AS succeeded, count(*) AS failed
                 FROM json_each(?) AS written
                 JOIN runs ON runs.id = written.value->>'id' AND runs.status = written.value->>'status'
             GROUP BY runs.schedule_id) AS ended
        WHERE schedules.id = ended.schedule_id
    RETURNING schedules.id, schedules.consecutive_failures`,
      [JSON.stringify(ends.map(({ id, status }) => ({ id, status })))],
    );
  }
}
