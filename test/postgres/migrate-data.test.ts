import { afterEach, beforeEach, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import type { RunDto } from '../../src/runs/dto/run.dto.js';
import type { ScheduleDto } from '../../src/schedules/dto/schedule.dto.js';
import { MIGRATIONS } from '../../src/database/migrations.js';
import type { SignedInClient } from '../support/api-client.js';
import { type CommandResult, runCommand } from '../support/command.js';
import { newPostgres, newSqlite, type TestDatabase } from '../support/test-database.js';
import { TestService } from '../support/test-service.js';

let source: TestDatabase;
let target: TestDatabase;
let service: TestService;
let user: SignedInClient;
beforeEach(async () => {
  source = newSqlite();
  target = await newPostgres();
  service = await TestService.start(source.settings);
  service.clock.set('2030-01-01T12:00:00Z');
  user = await service.api.newUser();
});
afterEach(async () => {
  await target.drop();
  await source.drop();
});

const file = (): string => (source.settings['DATABASE_URL'] ?? '').slice('file:'.length);

const transfer = (): Promise<CommandResult> =>
  runCommand('migrate-data', ['--from', `file:${file()}`, '--to', target.settings['DATABASE_URL'] ?? ''], {});

test('everything is there afterwards as it was, and ids go on where they were', async () => {
  const member = await service.api.newUser();
  const fields = { title: 'Größe ☃', description: null, tags: ['a', 'b'], enabled: false };
  const kept = await member.newSchedule({ ...fields, start_at: '2031-05-06T07:08:09.123Z' });
  await user.post('/secrets', { name: 'TOKEN', value: 'a secret value' });
  const { id } = await user.newSchedule();
  service.action.behaviour = () => ({ ok: false, retryable: true, error: 'no\0t stored' });
  for (let n = 0; n < 3; n++) {
    service.clock.advance(60_000);
    await service.tick();
  }
  await service.write(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
     INSERT INTO runs (schedule_id, scheduled_for, "trigger", status, finished_at)
     SELECT ?, '2029-01-01 00:00:00.000', 'manual', 'succeeded', '2029-01-01 00:00:00.000' FROM n`,
    [id],
  );
  await service.write('DELETE FROM runs WHERE id = (SELECT max(id) FROM runs)');
  const seen = async (client: SignedInClient): Promise<unknown[]> =>
    Promise.all(
      [
        '/schedules',
        `/schedules/${String(id)}/runs?limit=100`,
        '/user',
        '/secrets',
        '/audit-log?limit=5',
      ].map(async (path) => (await client.get<unknown>(path)).body),
    );
  const before = await seen(user);
  const { length: sessions } = await service.query('SELECT id FROM sessions');
  await service.stop();

  const { status, stdout, stderr } = await transfer();
  expect(stderr).toBe('');
  expect(status).toBe(0);
  expect(stdout).toContain(`sessions: ${String(sessions)} rows`);
  expect(stdout).toMatch(/^runs: 25\d\d rows$/m);
  expect(stdout).not.toContain('postgres://');

  const moved = await TestService.start(target.settings);
  moved.clock.set(service.clock.now());
  try {
    const there = moved.api.withToken(user.bearer) as SignedInClient;
    expect(await seen(there)).toEqual(before);
    expect((await there.get<ScheduleDto>(`/schedules/${String(kept.id)}`)).body).toEqual(kept);
    const next = await there.post<RunDto>(`/schedules/${String(id)}/run`);
    const [row] = await moved.query<{ others: number }>('SELECT max(id) AS others FROM runs WHERE id < ?', [
      next.body.id,
    ]);
    // The last one was deleted before; its id is not used again.
    expect(next.body.id).toBe((row?.others ?? 0) + 2);
  } finally {
    await moved.stop();
  }
}, 60_000);

test('a database that is not empty, or a file that is in use or of another version, is refused', async () => {
  expect((await transfer()).stderr).toContain('is in use by process');
  await service.stop();
  const change = (sql: string): void => {
    const database = new Database(file());
    database.exec(sql);
    database.close();
  };
  change(`INSERT INTO migrations (timestamp, name) VALUES (1, 'FromTheFuture1')`);
  expect((await transfer()).stderr).toContain('newer version');
  change(`DELETE FROM migrations`);
  expect((await transfer()).stderr).toContain('is not up to date');

  const occupied = await TestService.start(target.settings);
  await occupied.api.newUser();
  await occupied.app.close();
  for (const { name } of MIGRATIONS.sqlite)
    change(`INSERT INTO migrations (timestamp, name) VALUES (${name.slice(-13)}, '${name}')`);
  const { status, stderr } = await transfer();
  expect(stderr).toContain('not empty: there are rows in users');
  expect(status).toBe(1);
}, 60_000);
