import { afterEach, beforeEach, expect, test } from '@jest/globals';
import pg from 'pg';
import { postgresOptions, PostgresServiceDataSource } from '../../src/database/postgres-data-source.js';
import { PostgresUnitOfWork } from '../../src/database/postgres-unit-of-work.js';
import { storageFault } from '../../src/database/storage-fault.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { newPostgres, type TestDatabase } from '../support/test-database.js';
import { until } from '../support/until.js';

const ANSWER_MS = 500;

let database: TestDatabase;
let way: TcpProxy;
let dataSource: PostgresServiceDataSource;

beforeEach(async () => {
  database = await newPostgres();
  way = await TcpProxy.to(database.settings['DATABASE_URL'] ?? '');
  const options = postgresOptions({ kind: 'postgres', url: way.url, poolSize: 2 });
  dataSource = await new PostgresServiceDataSource(options, true, ANSWER_MS).initialize();
});
afterEach(async () => {
  await dataSource.destroy();
  way.close();
  await database.drop();
});

test('a unit of work on a connection that keeps silent fails, and the next one has another connection', async () => {
  const unitOfWork = new PostgresUnitOfWork(dataSource.writer, dataSource.dialect);
  const work = (): Promise<unknown[]> =>
    unitOfWork.transaction((manager) => dataSource.dialect.query(manager, 'SELECT 1 AS one'));
  await Promise.all([work(), work()]);
  way.strand();
  for (const failed of await Promise.allSettled([work(), work()])) {
    expect(failed.status).toBe('rejected');
    expect(storageFault((failed as PromiseRejectedResult).reason)).toBe('unknown');
  }
  expect(await Promise.all([work(), work()])).toEqual([[{ one: 1 }], [{ one: 1 }]]);
});

test('a commit that is never answered fails, and frees its connection', async () => {
  const unitOfWork = new PostgresUnitOfWork(dataSource.writer, dataSource.dialect);
  const lost = unitOfWork.transaction(async (manager) => {
    await dataSource.dialect.query(manager, 'SELECT 1');
    way.strand();
  });
  await expect(lost).rejects.toThrow('Connection terminated');
  for (let n = 0; n < 4; n++)
    await unitOfWork.transaction((manager) => dataSource.dialect.query(manager, 'SELECT 1'));
});

test('reading goes on, too', async () => {
  await dataSource.query('SELECT 1');
  way.strand();
  await expect(dataSource.query('SELECT 1')).rejects.toThrow('Connection terminated');
  expect(await dataSource.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('the connection by which a node is known is replaced, holds the lock, and hears what others say', async () => {
  const heard: string[] = [];
  await dataSource.nodeConnection.listen('silence', (payload) => heard.push(payload));
  way.strand();
  const other = new pg.Client({ connectionString: database.settings['DATABASE_URL'] });
  await other.connect();
  await until(async () => {
    await other.query(`SELECT pg_notify('silence', 'there')`);
    return heard.length > 0;
  });
  const { rows } = await other.query<{ held: number }>(
    `SELECT count(*)::int AS held FROM pg_locks JOIN pg_stat_activity USING (pid)
      WHERE locktype = 'advisory' AND granted AND mode = 'ExclusiveLock' AND datname = current_database()`,
  );
  expect(rows).toEqual([{ held: 1 }]);
  await other.end();
}, 30_000);

test('closing ends while the server is silent', async () => {
  way.interrupt();
  const begun = performance.now();
  await dataSource.destroy();
  expect(performance.now() - begun).toBeLessThan(5000);
  way.mend();
  dataSource = await dataSource.initialize();
});

test('what was asked of a server stays in doubt as long as it is away', async () => {
  const unitOfWork = new PostgresUnitOfWork(dataSource.writer, dataSource.dialect);
  const work = (): Promise<unknown> =>
    unitOfWork.transaction((manager) => dataSource.dialect.query(manager, 'SELECT 1'));
  await work();
  way.close();
  // The connection that it had may break in the middle of this.
  await expect(work()).rejects.toThrow();
  unitOfWork.answerLostAt = Number.NEGATIVE_INFINITY;
  await expect(work()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  expect(unitOfWork.answerLostAt).toBeGreaterThan(0);
});
