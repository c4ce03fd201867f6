import { afterEach, beforeEach, expect, test } from '@jest/globals';
import pg from 'pg';
import { DatabaseInUse } from '../../src/database/database-in-use.js';
import type { RunDto } from '../../src/runs/dto/run.dto.js';
import { Schedule } from '../../src/schedules/schedule.entity.js';
import type { SignedInClient } from '../support/api-client.js';
import { describePostgresServer, PostgresServer } from '../support/postgres-own-server.js';
import { removeFolder, scratchFolder } from '../support/scratch.js';
import { ServiceProcess } from '../support/service-process.js';
import { KEYS, newPostgres } from '../support/test-database.js';
import { TestService } from '../support/test-service.js';
import { until } from '../support/until.js';

let service: TestService;
let user: SignedInClient;

async function start(settings: Record<string, string> = {}): Promise<void> {
  service = await TestService.start(settings);
  service.clock.set('2030-01-01T12:00:00Z');
  user = await service.api.newUser();
}
afterEach(() => service.stop());

/** Asks until the answer is that. */
const untilAnswer = (path: string, status: number): Promise<void> =>
  until(async () => (await service.api.get(path)).status === status);

test('a second process without Redis is refused', async () => {
  await start();
  await expect(service.beside()).rejects.toThrow(DatabaseInUse);
  await expect(service.beside()).rejects.toThrow('set REDIS_URL on each');
}, 30_000);

test('a write past the unit of work is refused by the database', async () => {
  await start();
  const repository = service.dataSource.getRepository(Schedule);
  await expect(repository.update({ id: 1 }, { title: 'by the back door' })).rejects.toThrow(
    'read-only transaction',
  );
});

test('a notification that makes no sense, which anybody on the server may send, ends nothing', async () => {
  await start();
  service.action.behaviour = (_, stop) =>
    new Promise((resolve) => {
      stop.whenTold(() => {
        resolve({ ok: true });
      });
    });
  const { id } = await user.newSchedule();
  const { body: run } = await user.post<RunDto>(`/schedules/${String(id)}/run`);
  await service.untilRun(run.id, 'running');
  for (const payload of ['{', 'null', '"x"', `[${String(run.id)}]`])
    await service.write('SELECT pg_notify(?, ?)', ['runs_canceled', payload]);
  // The last one is heard, and so were the others.
  await service.untilRun(run.id, 'succeeded');
});

test('units of work that wait for each other are begun anew, and both come through', async () => {
  await start();
  const ids = [(await user.newSchedule()).id, (await user.newSchedule()).id] as const;
  let arrived = 0;
  const touch = async (first: number, second: number): Promise<number> => {
    let tries = 0;
    await service.unitOfWork.transaction(async (manager) => {
      tries++;
      await manager.update(Schedule, first, { jitter_seconds: tries });
      // Each has its first row before either wants its second.
      arrived++;
      await until(() => arrived >= 2);
      await manager.update(Schedule, second, { jitter_seconds: tries });
    });
    return tries;
  };
  const tries = await Promise.all([touch(ids[0], ids[1]), touch(ids[1], ids[0])]);
  expect(tries.sort()).toEqual([1, 2]);
});

test('connections that an operator ends are replaced, and the lock is taken again', async () => {
  await start();
  const { id } = await user.newSchedule();
  await service.dataSource.writer
    .query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    )
    .catch(() => undefined);
  service.clock.advance(60_000);
  await service.tick();
  expect((await user.get<RunDto[]>(`/schedules/${String(id)}/runs`)).body).toMatchObject([
    { status: 'succeeded' },
  ]);
  await untilAnswer('/health/ready', 200);
  for (let held = 0; held !== 1;) {
    const [row] = await service.query<{ held: number }>(
      `SELECT count(*) AS held FROM pg_locks JOIN pg_stat_activity USING (pid)
        WHERE locktype = 'advisory' AND granted AND mode = 'ExclusiveLock' AND datname = current_database()`,
    );
    held = row?.held ?? 0;
  }
  await expect(service.beside()).rejects.toThrow(DatabaseInUse);
});

describePostgresServer('a server that goes away', () => {
  let server: PostgresServer;
  beforeEach(async () => {
    server = await PostgresServer.start();
    await start({ DATABASE_URL: server.url, ...KEYS });
  }, 60_000);
  afterEach(() => server.stop());

  test('answers are 503, readiness is red; what ran meanwhile is written when it is back, and not repeated', async () => {
    const { id } = await user.newSchedule();
    const end = service.action.hang();
    service.clock.advance(60_000);
    await service.scheduler.sweep();
    await service.untilRuns('running', 1);

    await server.halt();
    const refused = await user.post('/schedules', { title: 'one more', schedule_interval: '* * * * *' });
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('5');
    expect(refused.body.detail).toMatch(/^The database does not answer/);
    expect(JSON.stringify(refused.body)).not.toMatch(/127\.0\.0\.1|postgres/i);
    expect((await user.get(`/schedules/${String(id)}`)).status).toBe(503);
    await untilAnswer('/health/ready', 503);
    expect((await service.api.get('/health/live')).status).toBe(200);
    end();
    service.clock.advance(60_000);
    await service.scheduler.sweep();

    await server.resume();
    await service.tick();
    await untilAnswer('/health/ready', 200);
    const { body } = await user.get<RunDto[]>(`/schedules/${String(id)}/runs`);
    expect(body.map(({ status, attempt }) => [status, attempt])).toContainEqual(['succeeded', 1]);
    expect(body).toHaveLength(2);
    expect(service.action.calls.length).toBeLessThanOrEqual(2);
  }, 60_000);
});

test('a text that PostgreSQL cannot have is refused, not a failure', async () => {
  await start();
  for (const path of ['/schedules?q=%00', '/schedules?tag=%00', '/audit-log?action=%00'])
    expect([path, (await user.get(path)).status]).toEqual([path, 422]);
});

test('a process whose connection was lost, and whose place somebody else has then, ends', async () => {
  await start();
  const database = await newPostgres();
  const folder = scratchFolder();
  const process = await ServiceProcess.start(folder, database.settings);
  const other = new pg.Client({ connectionString: database.settings['DATABASE_URL'] });
  await other.connect();
  try {
    const holders = `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND database =
      (SELECT oid FROM pg_database WHERE datname = current_database())`;
    await other.query(
      `SELECT pg_terminate_backend(pid), pg_advisory_lock(hashtextextended('scheduler-service nodes', 0)) FROM (${holders}) AS held`,
    );
    expect(await process.exited).toBe(1);
  } finally {
    await other.end();
    await process.kill();
    await database.drop();
    removeFolder(folder);
  }
}, 30_000);
