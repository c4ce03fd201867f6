import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, linkSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { HealthCheckResult } from '@nestjs/terminus';
import Database from 'better-sqlite3';
import { canMount, Disk } from '../support/disk.js';
import { removeFolder, scratchFolder } from '../support/scratch.js';
import { ServiceProcess } from '../support/service-process.js';
import { until } from '../support/until.js';

/** Backups that are killed: few in every test run; `npm run test:nightly` kills 100. */
const ROUNDS = Number(process.env['STORAGE_ROUNDS'] ?? 4);

let folder: string;
const running: ServiceProcess[] = [];
beforeEach(() => {
  folder = scratchFolder();
});
afterEach(async () => {
  for (const service of running.splice(0)) await service.kill();
  removeFolder(folder);
});

async function start(at = folder): Promise<ServiceProcess> {
  const service = await ServiceProcess.start(at);
  running.push(service);
  return service;
}

const file = (): string => `${folder}/scheduler.db`;

test(
  `a backup that is killed ${String(ROUNDS)} times leaves a whole copy under its name, or none`,
  async () => {
    const source = new Database(file());
    source.exec('CREATE TABLE filler (id integer PRIMARY KEY, text text)');
    const insert = source.prepare('INSERT INTO filler (text) VALUES (?)');
    source.transaction(() => {
      for (let n = 0; n < 20_000; n++) insert.run('x'.repeat(500));
    })();
    source.close();
    const command = join(import.meta.dirname, '../../dist/src/backup.js');
    const begin = (): ReturnType<typeof spawn> =>
      spawn(process.execPath, [command, 'copy.db'], {
        ...{ cwd: folder, stdio: 'ignore' },
        env: { PATH: process.env['PATH'], DATABASE_URL: `file:${file()}` },
      });
    const isWhole = (): void => {
      const copy = new Database(`${folder}/copy.db`, { readonly: true, fileMustExist: true });
      expect(copy.pragma('integrity_check', { simple: true })).toBe('ok');
      expect(copy.prepare('SELECT count(*) FROM filler').pluck().get()).toBe(20_000);
      copy.close();
    };
    const outcomes = { killed: 0, whole: 0 };
    for (let round = 0; round < ROUNDS; round++) {
      const before = readdirSync(folder).length;
      const child = begin();
      const exited = once(child, 'exit');
      // Once its draft is there, at any point of the work that follows.
      await until(() => readdirSync(folder).length > before || child.exitCode !== null);
      setTimeout(() => child.kill('SIGKILL'), (round / ROUNDS) * 200);
      const [status] = (await exited) as [number | null];
      if (existsSync(`${folder}/copy.db`)) isWhole();
      else expect(status).toBeNull();
      outcomes[status === 0 ? 'whole' : 'killed']++;
      rmSync(`${folder}/copy.db`, { force: true });
    }
    process.stdout.write(`backups: ${JSON.stringify(outcomes)}\n`);
    expect(outcomes.killed).toBeGreaterThan(0);
    // What they left does no harm.
    const [status] = (await once(begin(), 'exit')) as [number | null];
    expect(status).toBe(0);
    isWhole();
  },
  60_000 + ROUNDS * 5000,
);

test('no second process gets in by another name of the file, and the first that is killed locks nobody out', async () => {
  const first = await start();
  const other = scratchFolder();
  linkSync(file(), `${other}/scheduler.db`);
  await expect(start(other)).rejects.toThrow('before it was ready');
  rmSync(`${file()}.lock`);
  await expect(start()).rejects.toThrow('before it was ready');
  expect((await first.api.get('/health/ready')).status).toBe(200);
  await first.kill();
  const second = await start();
  await second.terminate();
  removeFolder(other);
}, 60_000);

test('readiness is red within one sweep when the log is deleted, and stopping in order keeps what was stored', async () => {
  const service = await start();
  const user = await service.api.newUser();
  const { id } = await user.newSchedule({ schedule_interval: '@yearly' });
  rmSync(`${file()}-wal`);
  await until(() => service.errors.some((line) => line.includes('scheduler.db-wal was deleted')));
  const { status, body } = await service.api.get<HealthCheckResult>('/health/ready');
  expect([status, body.details['database']?.status]).toEqual([503, 'down']);
  expect(await service.terminate()).toBe(0);
  const again = await start();
  const client = await again.api.signIn(user.user.email, user.password);
  expect((await client.get(`/schedules/${String(id)}`)).status).toBe(200);
  await again.terminate();
}, 60_000);

(canMount ? test : test.skip)(
  'a service that was killed starts again on a full disk, and goes on when there is room',
  async () => {
    const disk = Disk.make(4);
    try {
      const first = await start(disk.folder);
      const user = await first.api.newUser();
      await first.kill();
      disk.fill();
      const service = await start(disk.folder);
      const client = service.api.withToken(user.bearer);
      expect((await client.get('/auth/me')).status).toBe(200);
      const { status, body } = await service.api.get<HealthCheckResult>('/health/ready');
      expect([status, body.details['database']?.status]).toEqual([503, 'down']);
      expect(service.errors.filter((line) => line.includes('nothing is run until it can'))).toHaveLength(1);
      disk.makeRoom();
      await until(async () => (await service.api.get('/health/ready')).status === 200);
      const made = await client.post('/schedules/', { title: 'x', schedule_interval: '@yearly' });
      expect(made.status).toBe(200);
      await service.terminate();
    } finally {
      disk.remove();
    }
  },
  60_000,
);
