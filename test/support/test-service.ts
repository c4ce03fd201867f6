import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SchedulerRegistry } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { getDataSourceToken } from '@nestjs/typeorm';
import { AppModule } from '../../src/app.module.js';
import { httpAdapter, setUpApp } from '../../src/app.setup.js';
import { Clock } from '../../src/clock/clock.js';
import { AppConfig } from '../../src/config/app-config.js';
import type { ServiceDataSource } from '../../src/database/data-source.js';
import { UnitOfWork } from '../../src/database/unit-of-work.js';
import { SchedulerService } from '../../src/scheduler/scheduler.service.js';
import { ApiClient } from './api-client.js';
import { removeFolder, scratchFolder } from './scratch.js';
import { SettableClock } from './settable-clock.js';

/** The whole service on a database of its own, on a loopback port, with a clock that the test sets. */
export class TestService {
  private constructor(
    readonly app: NestFastifyApplication,
    readonly api: ApiClient,
    readonly clock: SettableClock,
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
    const config = new AppConfig({ DATABASE_URL: `file:${folder}/scheduler.db`, ...settings });
    const module = await Test.createTestingModule({ imports: [AppModule] })
      .overrideProvider(AppConfig)
      .useValue(config)
      .overrideProvider(Clock)
      .useValue(clock)
      .compile();
    const app = module.createNestApplication<NestFastifyApplication>(httpAdapter(), { logger: false });
    await setUpApp(app).listen(0, '127.0.0.1');
    return new TestService(app, new ApiClient(await app.getUrl()), clock, folder);
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

  /** Claims what is due, and resolves when every run that was queued is over. */
  async tick(): Promise<void> {
    await this.scheduler.claimDue();
    await this.settled();
  }

  async settled(): Promise<void> {
    const unfinished = `SELECT count(*) AS open FROM runs WHERE status IN ('queued', 'running')`;
    for (;;) {
      const [row] = await this.dataSource.query<{ open: number }[]>(unfinished);
      if (row?.open === 0) return;
      await new Promise(setImmediate);
    }
  }

  /** Stops the service in order and starts it again on the same data. */
  async restart(): Promise<TestService> {
    await this.app.close();
    return TestService.startOn(this.folder, this.clock, {});
  }

  async stop(): Promise<void> {
    await this.app.close();
    removeFolder(this.folder);
  }
}
