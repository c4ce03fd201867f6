import type { DataSource, QueryRunner } from 'typeorm';

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
  const recorded = new WeakSet<QueryRunner>();
  const createQueryRunner = dataSource.createQueryRunner.bind(dataSource);
  dataSource.createQueryRunner = (mode) => {
    const runner = createQueryRunner(mode);
    if (recorded.has(runner)) return runner;
    recorded.add(runner);
    const query = runner.query.bind(runner);
    runner.query = (sql: string, parameters?: unknown[], ...rest: []) => {
      note({ sql, parameters: parameters ?? [] });
      return query(sql, parameters, ...rest);
    };
    return runner;
  };
}
