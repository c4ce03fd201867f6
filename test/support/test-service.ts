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
import { instantText } from '../../src/database/columns.js';
import { UnitOfWork } from '../../src/database/unit-of-work.js';
import type { RunStatus } from '../../src/runs/run-state.js';
import { SchedulerService } from '../../src/scheduler/scheduler.service.js';
import { ApiClient } from './api-client.js';
import { refuseNesting } from './nesting-guard.js';
import { ScriptedAction } from './scripted-action.js';
import { SettableClock } from './settable-clock.js';
import { newDatabase, type TestDatabase } from './test-database.js';
import { until } from './until.js';

/** The whole service on a database of its own, on a loopback port, with a clock that the test sets. */
export class TestService {
  private constructor(
    readonly app: NestFastifyApplication,
    readonly api: ApiClient,
    readonly clock: SettableClock,
    readonly action: ScriptedAction,
    readonly database: TestDatabase,
  ) {}

  static async start(settings: Record<string, string> = {}): Promise<TestService> {
    const database = await newDatabase();
    try {
      return await TestService.startOn(database, new SettableClock(), settings);
    } catch (error) {
      await database.drop();
      throw error;
    }
  }

  private static async startOn(
    database: TestDatabase,
    clock: SettableClock,
    settings: Record<string, string>,
  ): Promise<TestService> {
    const action = new ScriptedAction();
    const { REDIS_URL: redisUrl, ...others } = settings;
    const config = new AppConfig({
      ...database.settings,
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
    try {
      await setUpApp(app).listen(0, '127.0.0.1');
    } catch (error) {
      await app.close();
      throw error;
    }
    // Sweeps and the like happen when a test says so.
    const registry = app.get(SchedulerRegistry);
    for (const name of registry.getIntervals()) registry.deleteInterval(name);
    return new TestService(app, new ApiClient(await app.getUrl()), clock, action, database);
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

  /** Asks the database, past the API, in SQL that has `?` for its parameters. */
  query<Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    return this.dataSource.dialect.query<Row>(this.dataSource, sql, parameters);
  }

  /** Changes the database, past the API. */
  async write(sql: string, parameters: readonly unknown[] = []): Promise<void> {
    const { dialect } = this.dataSource;
    await this.unitOfWork.transaction((manager) => dialect.query(manager, sql, parameters));
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
      [instantText(this.clock.now())],
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
    await until(async () => {
      const [row] = await this.query<{ yes: number | boolean }>(question, parameters);
      return Boolean(row?.yes);
    });
  }

  /** Another node on the same database. It has to be closed by itself, before this one is stopped. */
  beside(settings: Record<string, string> = {}): Promise<TestService> {
    return TestService.startOn(this.database, this.clock, settings);
  }

  /** Stops the service in order and starts it again on the same data. */
  async restart(settings: Record<string, string> = {}): Promise<TestService> {
    await this.app.close();
    return TestService.startOn(this.database, this.clock, settings);
  }

  async stop(): Promise<void> {
    await this.app.close();
    await this.database.drop();
  }
}
