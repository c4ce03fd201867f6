import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { DataSource } from 'typeorm';
import { SqliteVersion } from './sqlite-version.js';

let folder: string;
let reader: DataSource;
let writer: DataSource;
let version: SqliteVersion;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'scheduler-version-'));
  const open = (): Promise<DataSource> =>
    new DataSource({
      ...{ type: 'better-sqlite3', database: join(folder, 'it.db') },
      prepareDatabase: (connection: Database.Database) => {
        connection.pragma('journal_mode = WAL');
      },
    }).initialize();
  [writer, reader] = [await open(), await open()];
  await writer.query('CREATE TABLE t (n integer)');
  version = new SqliteVersion(reader, writer);
});
afterEach(async () => {
  await reader.destroy();
  await writer.destroy();
  rmSync(folder, { recursive: true });
});

const nextTurn = (): Promise<unknown> => new Promise(setImmediate);

test('is the same while nobody writes', async () => {
  const before = version.current();
  await reader.query('SELECT * FROM t');
  await nextTurn();
  expect(version.current()).toBe(before);
});

test('is another one in the same turn once this process has committed', async () => {
  const before = version.current();
  await writer.query('BEGIN');
  await writer.query('INSERT INTO t VALUES (1)');
  expect(version.current()).toBe(before);
  await writer.query('COMMIT');
  const after = version.current();
  expect(after).not.toBe(before);
  await writer.query('INSERT INTO t VALUES (2)');
  expect(version.current()).not.toBe(after);
});

test('is another one in the next turn once another process has committed', async () => {
  const before = version.current();
  const other = new Database(join(folder, 'it.db'));
  other.exec('INSERT INTO t VALUES (1)');
  other.close();
  await nextTurn();
  expect(version.current()).not.toBe(before);
});
