import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { ActionPayload } from '../actions/dto/action.dto.js';
import { Clock } from '../clock/clock.js';
import { fromSqliteInstant, sqliteInstant } from '../database/columns.js';
import { GroupCommit } from '../database/group-commit.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { type Outcome, sqlFrom } from './run-state.js';
import type { RunTrigger } from './run.entity.js';

/** A run that is now `running` in its row, with what its executor needs to know. */
export interface StartedRun {
  readonly id: number;
  readonly trigger: RunTrigger;
  readonly attempt: number;
  readonly scheduled_for: Date;
  readonly started_at: Date;
  readonly schedule: { readonly id: number; readonly title: string };
  readonly action: ActionPayload;
}

/** How a run ended. */
export interface FinishedRun {
  readonly id: number;
  readonly status: Outcome;
  readonly finished_at: Date;
  readonly duration_ms: number;
  readonly output: string | null;
  readonly error: string | null;
}

type Entry = { readonly start: number } | { readonly finish: FinishedRun };

interface StartedRow {
  id: number;
  schedule_id: number;
  trigger: RunTrigger;
  attempt: number;
  scheduled_for: string;
  title: string;
  action: string;
}

/**
 * Writes what happens to runs into their rows: many starts and outcomes share one commit, with one statement
 * for all starts and one for all outcomes.
 */
@Injectable()
export class RunLedger {
  private readonly entries = new GroupCommit((batch: Entry[]) => this.commit(batch), 500);

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  /** Takes the run from `queued` to `running`. Resolves once committed; undefined when it was not queued. */
  start(id: number): Promise<StartedRun | undefined> {
    return this.entries.add({ start: id });
  }

  /** Writes the outcome of a `running` run; leaves a run alone that something else ended. */
  async finish(run: FinishedRun): Promise<void> {
    await this.entries.add({ finish: run });
  }

  private async commit(batch: Entry[]): Promise<(StartedRun | undefined)[]> {
    const starts = batch.flatMap((entry) => ('start' in entry ? [entry.start] : []));
    const outcomes = batch.flatMap((entry) => ('finish' in entry ? [entry.finish] : []));
    const started = await this.unitOfWork.transaction(async (manager) => {
      if (outcomes.length > 0) await this.writeOutcomes(manager, outcomes);
      return starts.length > 0 ? this.writeStarts(manager, starts) : [];
    });
    const byId = new Map(started.map((run) => [run.id, run]));
    return batch.map((entry) => ('start' in entry ? byId.get(entry.start) : undefined));
  }

  private async writeStarts(manager: EntityManager, ids: number[]): Promise<StartedRun[]> {
    const started_at = this.clock.now();
    const rows = await manager.query<StartedRow[]>(
      `UPDATE runs
          SET status = 'running', attempt = attempt + 1, started_at = ?,
              lateness_ms = round((unixepoch(?, 'subsec') - unixepoch(scheduled_for, 'subsec')) * 1000)
        WHERE id IN (SELECT value FROM json_each(?)) AND status IN (${sqlFrom('running')})
    RETURNING id, schedule_id, "trigger", attempt, scheduled_for,
              (SELECT title FROM schedules WHERE schedules.id = schedule_id) AS title,
              (SELECT action FROM schedules WHERE schedules.id = schedule_id) AS action`,
      [sqliteInstant(started_at), sqliteInstant(started_at), JSON.stringify(ids)],
    );
    return rows.map(({ id, schedule_id, trigger, attempt, scheduled_for, title, action }) => ({
      ...{ id, trigger, attempt, started_at },
      scheduled_for: fromSqliteInstant(scheduled_for),
      schedule: { id: schedule_id, title },
      action: JSON.parse(action) as ActionPayload,
    }));
  }

  private async writeOutcomes(manager: EntityManager, outcomes: FinishedRun[]): Promise<void> {
    const rows = outcomes.map((run) => ({ ...run, finished_at: sqliteInstant(run.finished_at) }));
    await manager.query(
      `UPDATE runs
          SET status = outcome.status, finished_at = outcome.finished_at, duration_ms = outcome.duration_ms,
              output = outcome.output, error = outcome.error
         FROM (SELECT value->>'id' AS id, value->>'status' AS status, value->>'finished_at' AS finished_at,
                      value->>'duration_ms' AS duration_ms, value->>'output' AS output, value->>'error' AS error
                 FROM json_each(?)) AS outcome
        WHERE runs.id = outcome.id AND runs.status IN (${sqlFrom('succeeded')})`,
      [JSON.stringify(rows)],
    );
  }
}
