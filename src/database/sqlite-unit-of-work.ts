import type Database from 'better-sqlite3';
import type { EntityManager, QueryRunner } from 'typeorm';
import type { SqliteServiceDataSource } from './sqlite-data-source.js';
import { BEGIN } from './sqlite-thread-query-runner.js';
import { UnitOfWork } from './unit-of-work.js';

/** One after the other, first in first out, whatever the connection: SQLite has one writer. */
export class SqliteUnitOfWork extends UnitOfWork {
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly dataSource: SqliteServiceDataSource) {
    super();
  }

  get dialect(): SqliteServiceDataSource['dialect'] {
    return this.dataSource.dialect;
  }

  transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.inTurn(async () => {
      const runner = this.dataSource.writer.createQueryRunner();
      const connection = (await runner.connect()) as Database.Database;
      return commit(runner, connection, work);
    });
  }

  override bulk<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.inTurn(async () => {
      const runner = await this.dataSource.threadRunner();
      return commit(runner, runner.thread, work);
    });
  }

  private inTurn<T>(unit: () => Promise<T>): Promise<T> {
    const result = this.last.then(() => {
      this.dataSource.assertInPlace();
      return unit();
    });
    this.last = result.catch(() => undefined);
    return result;
  }
}

async function commit<T>(
  runner: QueryRunner,
  connection: { readonly inTransaction: boolean },
  work: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  try {
    return await runner.manager.transaction(work);
  } catch (error) {
    // A full disk makes SQLite roll back by itself. TypeORM's own ROLLBACK then fails, and its runner would take
    // every later transaction for a savepoint of this one: give it a transaction to end.
    if (runner.isTransactionActive) {
      if (!connection.inTransaction) await runner.query(BEGIN);
      await runner.rollbackTransaction();
    }
    throw error;
  }
}
