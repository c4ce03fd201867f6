import type Database from 'better-sqlite3';
import type { DataSource, EntityManager } from 'typeorm';
import type { Dialect } from './dialect.js';
import { UnitOfWork } from './unit-of-work.js';

/** One after the other, first in first out: SQLite has one writer, and TypeORM's driver one connection for it. */
export class SqliteUnitOfWork extends UnitOfWork {
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly writer: DataSource,
    readonly dialect: Dialect,
  ) {
    super();
  }

  async transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    const result = this.last.then(() => this.commit(work));
    this.last = result.catch(() => undefined);
    return result;
  }

  private async commit<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    try {
      return await this.writer.transaction(work);
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
    const runner = this.writer.createQueryRunner();
    if (!runner.isTransactionActive) return;
    const connection = (await runner.connect()) as Database.Database;
    if (!connection.inTransaction) connection.exec('BEGIN');
    await runner.rollbackTransaction();
  }
}
