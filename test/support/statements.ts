import type { DataSource } from 'typeorm';

export interface RecordedQuery {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** Collects every SQL statement that the data source runs from now on, on whatever connection. */
export function recordStatements(dataSource: DataSource): string[] {
  const statements: string[] = [];
  record(dataSource, ({ sql }) => statements.push(sql.replace(/^START TRANSACTION/, 'BEGIN')));
  return statements;
}

/** The same, with their parameters. */
export function recordQueries(dataSource: DataSource): RecordedQuery[] {
  const queries: RecordedQuery[] = [];
  record(dataSource, (query) => queries.push(query));
  return queries;
}

function record(dataSource: DataSource, note: (query: RecordedQuery) => void): void {
  const { logger } = dataSource;
  const logQuery = logger.logQuery.bind(logger);
  logger.logQuery = (sql, parameters, ...rest) => {
    note({ sql, parameters: (parameters as unknown[] | undefined) ?? [] });
    logQuery(sql, parameters, ...rest);
  };
}
