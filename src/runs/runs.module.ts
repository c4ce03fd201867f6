import { type BeforeApplicationShutdown, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ActionsModule } from '../actions/actions.module.js';
import { AppConfig } from '../config/app-config.js';
import { Metrics } from '../metrics/metrics.js';
import { NodeLease } from '../nodes/node-lease.js';
import { NodesModule } from '../nodes/nodes.module.js';
import { RunQueue } from '../run-queue/run-queue.js';
import { RunQueueModule } from '../run-queue/run-queue.module.js';
import { SchedulesModule } from '../schedules/schedules.module.js';
import { CancelSignal } from './cancel-signal.js';
import { FailureLimit } from './failure-limit.js';
import { Pruning } from './pruning.js';
import { RecentRuns } from './recent-runs.js';
import { Recovery } from './recovery.js';
import { RunCommands } from './run-commands.js';
import { RunExecutor } from './run-executor.js';
import { RunProgress } from './run-progress.js';
import { RunLedger } from './run-ledger.js';
import { Run } from './run.entity.js';
import { RunsController } from './runs.controller.js';
import { ScheduleRunsController } from './schedule-runs.controller.js';
import { RunsService } from './runs.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([Run]), SchedulesModule, ActionsModule, RunQueueModule, NodesModule],
  controllers: [RunsController, ScheduleRunsController],
  providers: [
    RunsService,
    RecentRuns,
    RunCommands,
    RunLedger,
    RunExecutor,
    Recovery,
    Pruning,
    FailureLimit,
    CancelSignal,
    RunProgress,
  ],
  exports: [RunProgress, Recovery, RecentRuns, RunExecutor, RunLedger, RunQueueModule],
})
export class RunsModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    private readonly queue: RunQueue,
    private readonly executor: RunExecutor,
    private readonly node: NodeLease,
    private readonly metrics: Metrics,
    private readonly config: AppConfig,
  ) {}

  onApplicationBootstrap(): void {
    this.metrics.beforeScrape(() => {
      const depth = this.queue.depth();
      for (const state of ['ready', 'held', 'delayed', 'active'] as const)
        this.metrics.queued.set({ state }, depth[state]);
    });
    this.queue.consume((runId, begun) => this.executor.execute(runId, begun));
  }

  /** Before the database closes: lets running attempts end, and leaves the others to recovery. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.queue.close(this.config.shutdownGraceMs);
    await this.executor.stop();
    await this.node.leave();
  }
}
