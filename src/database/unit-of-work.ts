import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type Database from 'better-sqlite3';
import type { EntityManager } from 'typeorm';
import { ServiceDataSource } from './data-source.js';

/**
 * Every write of the service. A unit of work is one transaction: all of it is stored, or none. On SQLite
 * they run one after the other, first in first out, so that no write ever joins the transaction of another
 * request. Nothing inside may wait for the network.
 */
@Injectable()
export class UnitOfWork {
  private last: Promise<unknown> = Promise.resolve();

  constructor(@InjectDataSource() private readonly dataSource: ServiceDataSource) {}

  /**
   * Runs `work` in a transaction, which commits before the promise resolves and is rolled back when `work`
   * throws. `work` must write through the manager it is given, and must not start another unit of work: that
   * would wait for this one for ever. The tests refuse it; here, watching for it would cost every promise of
   * the process a tenth of its time.
   */
  async transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    const result = this.last.then(() => this.commit(work));
    this.last = result.catch(() => undefined);
    return result;
  }

  private async commit<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    try {
      return await this.dataSource.writer.transaction(work);
    } catch (error) {
      await this.endBrokenTransaction();
      throw error;
    }
  }

  /**
   * A full disk makes SQLite roll back by itself. TypeORM's own ROLLBACK then fails, and its runner would
   * take every later transaction for a savepoint of this one: give it a transaction to end.
   */
  private async endBrokenTransaction(): Promise<void> {
    const runner = this.dataSource.writer.createQueryRunner();
    if (!runner.isTransactionActive) return;
    const connection = (await runner.connect()) as Database.Database;
    if (!connection.inTransaction) connection.exec('BEGIN');
    await runner.rollbackTransaction();
  }
}
