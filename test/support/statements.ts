import type { DataSource, QueryRunner } from 'typeorm';

/** Collects every SQL statement that the data source runs from now on, on whatever connection. */
export function recordStatements(dataSource: DataSource): string[] {
  const statements: string[] = [];
  const recorded = new WeakSet<QueryRunner>();
  const createQueryRunner = dataSource.createQueryRunner.bind(dataSource);
  dataSource.createQueryRunner = (mode) => {
    const runner = createQueryRunner(mode);
    if (recorded.has(runner)) return runner;
    recorded.add(runner);
    const query = runner.query.bind(runner);
    runner.query = (sql: string, ...rest: []) => {
      statements.push(sql.replace(/^START TRANSACTION/, 'BEGIN'));
      return query(sql, ...rest);
    };
    return runner;
  };
  return statements;
}
