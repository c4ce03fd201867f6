import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { QueryFailedError } from 'typeorm';
import type { RunDto } from '../../src/runs/dto/run.dto.js';
import type { SqliteServiceDataSource } from '../../src/database/sqlite-data-source.js';
import { removeFolder, scratchFolder } from '../support/scratch.js';
import { TestService } from '../support/test-service.js';

let service: TestService;
beforeEach(async () => {
  service = await TestService.start();
  service.clock.set('2030-01-01T12:00:00Z');
});
afterEach(() => service.stop());

/** Ends the thread that bulk work is done in, as a crash of it would. */
async function endThread(): Promise<void> {
  const { thread } = await (service.dataSource as SqliteServiceDataSource).threadRunner();
  await (thread as unknown as { worker: Worker }).worker.terminate();
}

const count = async (table: string): Promise<number> =>
  (await service.query<{ count: number }>(`SELECT count(*) AS count FROM ${table}`))[0]?.count ?? NaN;

test('an error of SQLite keeps its code and its words on the way back', async () => {
  const failed = service.unitOfWork.bulk((manager) =>
    manager.query('INSERT INTO runs (id) VALUES (?)', ['a']),
  );
  await expect(failed).rejects.toThrow(QueryFailedError);
  await expect(failed).rejects.toThrow('datatype mismatch');
  await expect(failed).rejects.toMatchObject({ driverError: { code: 'SQLITE_MISMATCH' } });
});

test('a thread that ends in a transaction stores nothing of it, and the next one finds another', async () => {
  const user = await service.api.newUser();
  const schedule = await user.newSchedule();
  const cut = service.unitOfWork.bulk(async (manager) => {
    await manager.query('DELETE FROM schedules');
    await endThread();
    await manager.query('DELETE FROM users');
  });
  await expect(cut).rejects.toThrow('thread');
  expect([await count('schedules'), await count('users')]).toEqual([1, 1]);

  service.clock.advance(60_000);
  await service.tick();
  const { body } = await user.get<RunDto[]>(`/schedules/${String(schedule.id)}/runs`);
  expect(body).toMatchObject([{ status: 'succeeded', scheduled_for: '2030-01-01T12:01:00.000Z' }]);
});

test('nothing is stored of what was asked behind a statement for which SQLite rolled back', async () => {
  await service.api.newUser();
  const cut = service.unitOfWork.bulk((manager) =>
    Promise.all([
      manager.query('INSERT OR ROLLBACK INTO users SELECT * FROM users'),
      manager.query(`UPDATE users SET role = 'nobody'`),
    ]),
  );
  await expect(cut).rejects.toThrow('UNIQUE constraint failed');
  await service.unitOfWork.bulk((manager) => manager.query('SELECT 1'));
  expect(await service.query('SELECT role FROM users')).toEqual([{ role: 'admin' }]);
});

test('a process ends when what it has asked is stored, not before and not later', () => {
  const folder = scratchFolder();
  const script = `
    const { SqliteThread } = await import(${JSON.stringify(new URL('../../dist/src/database/sqlite-thread.js', import.meta.url))});
    const thread = await SqliteThread.open(${JSON.stringify(join(folder, 'it.db'))}, ['journal_mode = WAL', 'synchronous = FULL']);
    const statements = ['BEGIN TRANSACTION', 'CREATE TABLE t AS SELECT 1', 'COMMIT'].map((sql) => ({ sql, parameters: [] }));
    void thread.run(statements).then(() => console.log('stored'));`;
  const file = join(folder, 'script.mjs');
  writeFileSync(file, script);
  const { stdout, status } = spawnSync(process.execPath, [file], { encoding: 'utf8', timeout: 10_000 });
  removeFolder(folder);
  expect([stdout, status]).toEqual(['stored\n', 0]);
});

test('its commits are as durable as all others', async () => {
  const pragma = (name: string): Promise<unknown> =>
    service.unitOfWork.bulk((manager) => manager.query(`PRAGMA ${name}`));
  expect(await pragma('journal_mode')).toEqual([{ journal_mode: 'wal' }]);
  expect(await pragma('synchronous')).toEqual([{ synchronous: 2 }]);
  expect(await pragma('foreign_keys')).toEqual([{ foreign_keys: 1 }]);
});
