import type { DataSource } from 'typeorm';

/** Collects every SQL statement that the data source runs from now on, on whatever connection. */
export function recordStatements(dataSource: DataSource): string[] {
  const statements: string[] = [];
  const { logger } = dataSource;
  const logQuery = logger.logQuery.bind(logger);
  logger.logQuery = (sql, ...rest) => {
    statements.push(sql.replace(/^START TRANSACTION/, 'BEGIN'));
    logQuery(sql, ...rest);
  };
  return statements;
}
