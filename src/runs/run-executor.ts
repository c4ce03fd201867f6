import { Injectable, Logger } from '@nestjs/common';
import type { ActionResult } from '../actions/action.js';
import { ActionsService } from '../actions/actions.service.js';
import { Clock } from '../clock/clock.js';
import { RunLedger, type StartedRun } from './run-ledger.js';

const RETRY_WRITE_MS = 1000;

/**
 * Works on one run: writes `running`, carries out the action, writes the outcome, in this order, so that
 * whatever dies in between leaves a row that says where. A write that fails is repeated until it succeeds;
 * the action never is.
 */
@Injectable()
export class RunExecutor {
  private readonly logger = new Logger(RunExecutor.name);
  private readonly stopping = new AbortController();

  constructor(
    private readonly ledger: RunLedger,
    private readonly actions: ActionsService,
    private readonly clock: Clock,
  ) {}

  async execute(runId: number): Promise<void> {
    const run = await this.persist(runId, () => this.ledger.start(runId));
    if (!run) return;
    const result = await this.attempt(run);
    const finished_at = this.clock.now();
    await this.persist(runId, () =>
      this.ledger.finish({
        id: runId,
        status: result.ok ? 'succeeded' : 'failed',
        finished_at,
        duration_ms: finished_at.getTime() - run.started_at.getTime(),
        output: result.output ?? null,
        error: result.ok ? null : result.error,
      }),
    );
  }

  /** Gives up on attempts and writes that are still under way; recovery finds their rows. */
  stop(): void {
    this.stopping.abort();
  }

  private async attempt({ schedule, action, ...run }: StartedRun): Promise<ActionResult> {
    try {
      return await this.actions.perform(action, { run, schedule }, this.stopping.signal);
    } catch (error) {
      return { ok: false, error: error instanceof Error ? error.message : String(error) };
    }
  }

  /** Resolves with what `write` does, once it succeeds; with undefined when the service stops before. */
  private async persist<T>(runId: number, write: () => Promise<T>): Promise<T | undefined> {
    for (let failures = 0; !this.stopping.signal.aborted; failures++) {
      try {
        return await write();
      } catch (error) {
        if (failures === 0) this.logger.error(`run ${String(runId)} cannot be written yet: ${String(error)}`);
        await new Promise((resolve) => setTimeout(resolve, RETRY_WRITE_MS));
      }
    }
    return undefined;
  }
}
