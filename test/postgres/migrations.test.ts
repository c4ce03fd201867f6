import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { AppConfig } from '../../src/config/app-config.js';
import { dataSourceOptions, toolDataSource } from '../../src/database/data-source.js';
import { MIGRATIONS } from '../../src/database/migrations.js';
import { newPostgres, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
let dataSource: DataSource;
beforeEach(async () => {
  database = await newPostgres();
  dataSource = await toolDataSource(dataSourceOptions(new AppConfig(database.settings))).initialize();
});
afterEach(async () => {
  await dataSource.destroy();
  await database.drop();
});

const schema = (): Promise<unknown[]> =>
  dataSource.query(
    `SELECT table_name, column_name, data_type, datetime_precision, is_nullable, column_default
       FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'migrations'
      UNION ALL
     SELECT tablename, indexname, indexdef, 0, '', '' FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'migrations'
   ORDER BY 1, 2`,
  );

test('every migration runs up, down to nothing, and up again', async () => {
  const up = await schema();
  expect(up.length).toBeGreaterThan(50);
  for (let left = MIGRATIONS.postgres.length; left > 0; left--) await dataSource.undoLastMigration();
  expect(await schema()).toEqual([]);
  await dataSource.runMigrations();
  expect(await schema()).toEqual(up);
});

test('stored e-mail addresses come to their normal form, as far as nobody else has it', async () => {
  const later =
    MIGRATIONS.postgres.length - MIGRATIONS.postgres.findIndex(({ name }) => /^NormalEmails/.test(name));
  for (let left = later; left > 0; left--) await dataSource.undoLastMigration();
  for (const [n, email] of ['zoe\u0308@x.org', 'chlo\u00e9@x.org', 'chloe\u0301@x.org'].entries())
    await dataSource.query(
      `INSERT INTO users (first_name, last_name, email, password, phone) VALUES ('A', 'B', $1, 'x', $2)`,
      [email, String(n)],
    );
  await dataSource.runMigrations();
  const rows = await dataSource.query<{ email: string }[]>('SELECT email FROM users ORDER BY id');
  expect(rows.map(({ email }) => email)).toEqual(['zo\u00eb@x.org', 'chlo\u00e9@x.org', 'chloe\u0301@x.org']);
});

test('there is no timestamp without a time zone, and no number that overflows before one of SQLite', async () => {
  const types = await dataSource.query<{ data_type: string }[]>(
    `SELECT DISTINCT data_type FROM information_schema.columns
      WHERE table_schema = 'public' AND table_name <> 'migrations' ORDER BY 1`,
  );
  expect(types.map(({ data_type }) => data_type)).toEqual([
    ...['bigint', 'boolean', 'bytea', 'character varying', 'text', 'timestamp with time zone'],
  ]);
});

test('an occurrence has one row; what users ask for has any number', async () => {
  await dataSource.query(
    `INSERT INTO schedules (title, schedule_interval, action, retry_policy, tags) VALUES ('x', '@daily', '{}', '{}', '[]')`,
  );
  const insert = (of_occurrence: number | null): Promise<unknown> =>
    dataSource.query(
      `INSERT INTO runs (schedule_id, scheduled_for, "trigger", of_occurrence, status)
       VALUES (1, '2030-01-01T12:00:00Z', 'schedule', $1, 'queued')`,
      [of_occurrence],
    );
  await insert(null);
  await insert(null);
  await insert(1);
  await expect(insert(1)).rejects.toThrow('runs_of_schedule');
});
