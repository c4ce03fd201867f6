import type { DataSource } from 'typeorm';

/** Collects every SQL statement that runs on the data source's (only) connection from now on. */
export function recordStatements(dataSource: DataSource): string[] {
  const statements: string[] = [];
  const runner = dataSource.createQueryRunner();
  const query = runner.query.bind(runner);
  runner.query = (sql: string, ...rest: []) => {
    statements.push(sql);
    return query(sql, ...rest);
  };
  return statements;
}
