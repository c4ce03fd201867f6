import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SchedulerRegistry } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { getDataSourceToken } from '@nestjs/typeorm';
import { LogAction } from '../../src/actions/log.action.js';
import { AppModule } from '../../src/app.module.js';
import { httpAdapter, setUpApp } from '../../src/app.setup.js';
import { Clock } from '../../src/clock/clock.js';
import { AppConfig } from '../../src/config/app-config.js';
import type { ServiceDataSource } from '../../src/database/data-source.js';
import { sqliteInstant } from '../../src/database/columns.js';
import { UnitOfWork } from '../../src/database/unit-of-work.js';
import type { RunStatus } from '../../src/runs/run-state.js';
import { SchedulerService } from '../../src/scheduler/scheduler.service.js';
import { ApiClient } from './api-client.js';
import { refuseNesting } from './nesting-guard.js';
import { removeFolder, scratchFolder } from './scratch.js';
import { ScriptedAction } from './scripted-action.js';
import { SettableClock } from './settable-clock.js';

/** The whole service on a database of its own, on a loopback port, with a clock that the test sets. */
export class TestService {
  private constructor(
    readonly app: NestFastifyApplication,
    readonly api: ApiClient,
    readonly clock: SettableClock,
    readonly action: ScriptedAction,
    readonly folder: string,
  ) {}

  static async start(settings: Record<string, string> = {}): Promise<TestService> {
    const folder = scratchFolder();
    return TestService.startOn(folder, new SettableClock(), settings);
  }

  private static async startOn(
    folder: string,
    clock: SettableClock,
    settings: Record<string, string>,
  ): Promise<TestService> {
    const action = new ScriptedAction();
    const { REDIS_URL: redisUrl, ...others } = settings;
    const config = new AppConfig({
      DATABASE_URL: `file:${folder}/scheduler.db`,
      SIGN_INS_PER_MINUTE: '1000000',
      ...others,
    });
    // With a file there is one node, which needs no Redis, and is refused one. Here it may have one.
    if (redisUrl !== undefined) Object.assign(config, { redisUrl });
    const module = await Test.createTestingModule({ imports: [AppModule] })
      .overrideProvider(AppConfig)
      .useValue(config)
      .overrideProvider(Clock)
      .useValue(clock)
      .overrideProvider(LogAction)
      .useValue(action)
      .compile();
    const app = module.createNestApplication<NestFastifyApplication>(httpAdapter(config), { logger: false });
    refuseNesting(app.get(UnitOfWork));
    await setUpApp(app).listen(0, '127.0.0.1');
    // Sweeps and the like happen when a test says so.
    const registry = app.get(SchedulerRegistry);
    for (const name of registry.getIntervals()) registry.deleteInterval(name);
    return new TestService(app, new ApiClient(await app.getUrl()), clock, action, folder);
  }

  get dataSource(): ServiceDataSource {
    return this.app.get<ServiceDataSource>(getDataSourceToken());
  }

  get unitOfWork(): UnitOfWork {
    return this.app.get(UnitOfWork);
  }

  get scheduler(): SchedulerService {
    return this.app.get(SchedulerService);
  }

  get alarms(): string[] {
    return [...this.app.get(SchedulerRegistry).getCronJobs().keys()].sort();
  }

  /** Claims what is due, and resolves when every run that can start is over. */
  async tick(): Promise<void> {
    await this.scheduler.sweep();
    await this.settled();
  }

  /** Resolves when nothing is running, and nothing is waiting but for its time to come. */
  async settled(): Promise<void> {
    await this.until(
      `SELECT count(*) = 0 AS yes FROM runs WHERE status = 'running' OR (status = 'queued' AND available_at <= ?)`,
      [sqliteInstant(this.clock.now())],
    );
  }

  /** Resolves when so many runs have that status. */
  async untilRuns(status: RunStatus, count: number): Promise<void> {
    await this.until('SELECT count(*) = ? AS yes FROM runs WHERE status = ?', [count, status]);
  }

  /** Resolves when that run has that status. */
  async untilRun(id: number, status: RunStatus): Promise<void> {
    await this.until('SELECT count(*) = 1 AS yes FROM runs WHERE id = ? AND status = ?', [id, status]);
  }

  private async until(question: string, parameters: (string | number)[]): Promise<void> {
    for (;;) {
      const [row] = await this.dataSource.query<{ yes: number }[]>(question, parameters);
      if (row?.yes) return;
      await new Promise(setImmediate);
    }
  }

  /** Stops the service in order and starts it again on the same data. */
  async restart(settings: Record<string, string> = {}): Promise<TestService> {
    await this.app.close();
    return TestService.startOn(this.folder, this.clock, settings);
  }

  async stop(): Promise<void> {
    await this.app.close();
    removeFolder(this.folder);
  }
}
