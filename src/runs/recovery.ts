import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { UnitOfWork } from '../database/unit-of-work.js';
import { RunQueue } from '../run-queue/run-queue.js';
import { sqlFrom } from './run-state.js';

/** Finds the runs that a process left behind when it died, and has them worked on again. */
@Injectable()
export class Recovery {
  private readonly logger = new Logger(Recovery.name);

  constructor(
    private readonly unitOfWork: UnitOfWork,
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly queue: RunQueue,
  ) {}

  /** To be called at boot, before anything is claimed: then every `running` row belongs to a dead process. */
  async runOnce(): Promise<void> {
    const interrupted = await this.unitOfWork.transaction((manager) =>
      manager.query<{ id: number }[]>(
        `UPDATE runs SET status = 'queued' WHERE status IN (${sqlFrom('queued')}) RETURNING id`,
      ),
    );
    const queued = await this.dataSource.query<{ id: number }[]>(
      `SELECT id FROM runs WHERE status = 'queued' ORDER BY id`,
    );
    if (queued.length > 0) {
      this.logger.log(
        `${String(queued.length)} runs were left unfinished, ${String(interrupted.length)} of them running: ` +
          'they are worked on again',
      );
    }
    this.queue.add(queued.map(({ id }) => id));
  }
}
