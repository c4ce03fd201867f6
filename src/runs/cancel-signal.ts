import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { EventEmitter2, OnEvent } from '@nestjs/event-emitter';
import { InjectDataSource } from '@nestjs/typeorm';
import type { ServiceDataSource } from '../database/data-source.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { RUNS_CANCELED, RUNS_CANCELED_ELSEWHERE, type RunsCanceled } from './run.events.js';

const CHANNEL = 'runs_canceled';

/** PostgreSQL takes up to 8000 bytes at a time. */
const IDS_PER_MESSAGE = 300;

/**
 * Tells the other nodes which runs were canceled, so that whoever is executing one stops. A message that is lost costs
 * work that is done in vain: the row says `canceled`, and the outcome is dropped.
 */
@Injectable()
export class CancelSignal implements OnModuleInit {
  private readonly logger = new Logger(CancelSignal.name);

  constructor(
    @InjectDataSource() private readonly dataSource: ServiceDataSource,
    private readonly unitOfWork: UnitOfWork,
    private readonly events: EventEmitter2,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.dataSource.nodeConnection?.listen(CHANNEL, (payload) => {
      const ids = JSON.parse(payload) as number[];
      this.events.emit(RUNS_CANCELED_ELSEWHERE, { ids } satisfies RunsCanceled);
    });
  }

  @OnEvent(RUNS_CANCELED)
  async tell({ ids }: RunsCanceled): Promise<void> {
    if (!this.dataSource.nodeConnection) return;
    const { dialect } = this.unitOfWork;
    try {
      for (let from = 0; from < ids.length; from += IDS_PER_MESSAGE) {
        const payload = JSON.stringify(ids.slice(from, from + IDS_PER_MESSAGE));
        await this.unitOfWork.transaction((manager) =>
          dialect.query(manager, 'SELECT pg_notify(?, ?)', [CHANNEL, payload]),
        );
      }
    } catch (error) {
      this.logger.warn(`other nodes do not learn that runs were canceled: ${String(error)}`);
    }
  }
}
