import { type DataSource, QueryFailedError, QueryResult } from 'typeorm';
import type { BetterSqlite3Driver } from 'typeorm/driver/better-sqlite3/BetterSqlite3Driver.js';
import { BetterSqlite3QueryRunner } from 'typeorm/driver/better-sqlite3/BetterSqlite3QueryRunner.js';
import { sqliteValue } from './columns.js';
import type { SqliteThread, Statement } from './sqlite-thread.js';

export const BEGIN = 'BEGIN TRANSACTION';

/** TypeORM's way to a connection that lives in another thread. */
export class SqliteThreadQueryRunner extends BetterSqlite3QueryRunner {
  /** A BEGIN goes with the statement behind it: each message costs a turn of two event loops. */
  private begin: Statement[] = [];

  constructor(
    dataSource: DataSource,
    readonly thread: SqliteThread,
  ) {
    super(dataSource.driver as BetterSqlite3Driver);
    Object.assign(this, { manager: dataSource.createEntityManager(this) });
  }

  override async query(
    sql: string,
    parameters: unknown[] = [],
    useStructuredResult = false,
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as TypeORM declares it
  ): Promise<any> {
    const { logger } = this.dataSource;
    logger.logQuery(sql, parameters, this);
    const statement = { sql, parameters: parameters.map(sqliteValue) };
    if (sql === BEGIN) {
      this.begin = [statement];
      return undefined;
    }
    const statements = [...this.begin, statement];
    this.begin = [];
    try {
      const { rows, changes, lastInsertRowid } = await this.thread.run(statements);
      const raw = rows ?? lastInsertRowid;
      if (!useStructuredResult) return raw;
      return Object.assign(new QueryResult(), { raw, records: rows ?? [], affected: changes });
    } catch (error) {
      logger.logQueryError(error as Error, sql, parameters, this);
      throw new QueryFailedError(sql, parameters, error as Error);
    }
  }
}
