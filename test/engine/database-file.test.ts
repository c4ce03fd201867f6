import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { copyFileSync, linkSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { HealthCheckResult } from '@nestjs/terminus';
import Database from 'better-sqlite3';
import { AppConfig } from '../../src/config/app-config.js';
import {
  dataSourceOptions,
  type ServiceDataSource,
  serviceDataSource,
} from '../../src/database/data-source.js';
import type { SignedInClient } from '../support/api-client.js';
import { removeFolder, scratchFolder } from '../support/scratch.js';
import { TestService } from '../support/test-service.js';

const open = (folder: string): Promise<ServiceDataSource> =>
  serviceDataSource(
    dataSourceOptions(new AppConfig({ DATABASE_URL: `file:${folder}/data/scheduler.db` })),
  ).initialize();

test('a second opener of the same file is refused, and told who has it', async () => {
  const folder = scratchFolder();
  const first = await open(folder);
  await expect(open(folder)).rejects.toThrow(`is in use by process ${String(process.pid)}`);
  symlinkSync(`${folder}/data`, `${folder}/link`);
  const byLink = serviceDataSource(
    dataSourceOptions(new AppConfig({ DATABASE_URL: `file:${folder}/link/scheduler.db` })),
  );
  await expect(byLink.initialize()).rejects.toThrow('is in use by process');
  symlinkSync(`${folder}/data/scheduler.db`, `${folder}/data/other.db`);
  const byName = serviceDataSource(
    dataSourceOptions(new AppConfig({ DATABASE_URL: `file:${folder}/data/other.db` })),
  );
  await expect(byName.initialize()).rejects.toThrow('is in use by process');
  await first.destroy();
  const second = await open(folder);
  await second.destroy();
  removeFolder(folder);
});

test.each([
  ['another name of the file', (file: string) => (linkSync(file, `${file}.alias`), `${file}.alias`)],
  [
    'a symbolic link to another name of it',
    (file: string) => {
      linkSync(file, `${file}.alias`);
      symlinkSync(`${file}.alias`, `${file}.link`);
      return `${file}.link`;
    },
  ],
  ['the removal of its lock file', (file: string) => (rmSync(`${file}.lock`), file)],
])('%s lets no second opener in, until the first is gone', async (_what, evade) => {
  const folder = scratchFolder();
  const first = await open(folder);
  const file = evade(`${folder}/data/scheduler.db`);
  const second = (): Promise<ServiceDataSource> =>
    serviceDataSource(dataSourceOptions(new AppConfig({ DATABASE_URL: `file:${file}` }))).initialize();
  await expect(second()).rejects.toThrow(
    `${file} is in use by process ${String(process.pid)} under another name, or its lock file was removed. One process`,
  );
  await first.destroy();
  const alone = await second();
  await alone.destroy();
  removeFolder(folder);
});

test('a commit is durable: WAL, and synchronous=FULL', async () => {
  const folder = scratchFolder();
  const { writer, destroy } = await open(folder).then((source) => ({
    writer: source.writer,
    destroy: () => source.destroy(),
  }));
  expect(await writer.query('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
  expect(await writer.query('PRAGMA synchronous')).toEqual([{ synchronous: 2 }]);
  await destroy();
  removeFolder(folder);
});

test('the generated signing key is readable by its owner only, and outlives a restart', async () => {
  const service = await TestService.start();
  const user = await service.api.newUser();
  expect(
    statSync(join(dirname(String(service.dataSource.options.database)), 'jwt-secret')).mode & 0o777,
  ).toBe(0o600);
  const again = await service.restart();
  expect((await again.api.withToken(user.bearer).get('/auth/me')).status).toBe(200);
  await again.stop();
});

describe('files that are taken from under the service', () => {
  let service: TestService;
  let user: SignedInClient;
  let file: string;
  let errors: string[];
  beforeEach(async () => {
    service = await TestService.start();
    user = await service.api.newUser();
    file = String(service.dataSource.options.database);
    errors = [];
    Logger.overrideLogger({
      log: () => undefined,
      warn: () => undefined,
      error: (text: string) => errors.push(text),
    });
  });
  afterEach(async () => {
    Logger.overrideLogger(false);
    await service.stop();
  });

  const RED = 'so nothing more is stored';

  async function expectRed(message: string): Promise<void> {
    const { status, body } = await service.api.get<HealthCheckResult>('/health/ready');
    expect(status).toBe(503);
    expect(body.details['database']).toMatchObject({
      status: 'down',
      message: expect.stringContaining(message),
    });
    await service.scheduler.sweep();
    expect(errors).toContainEqual(expect.stringContaining(message));
    const refused = await user.post('/schedules/', { title: 'lost', schedule_interval: '@yearly' });
    expect([refused.status, refused.body.detail]).toEqual([
      503,
      'The database cannot store this now; nothing was changed. Try again.',
    ]);
    expect((await user.get('/schedules')).status).toBe(200);
  }

  test('the database moved away: nothing is stored until it is back', async () => {
    const { id } = await user.newSchedule();
    renameSync(file, `${file}.away`);
    await expectRed(`scheduler.db was deleted or moved away while the service works on it, ${RED}. Put that`);
    renameSync(`${file}.away`, file);
    expect((await user.newSchedule()).id).toBe(id + 1);
  });

  test('the database deleted', async () => {
    rmSync(file);
    await expectRed(`scheduler.db was deleted or moved away while the service works on it, ${RED}.`);
  });

  test('the database replaced by another file', async () => {
    copyFileSync(file, `${file}.other`);
    renameSync(`${file}.other`, file);
    await expectRed(
      `scheduler.db was replaced by another file while the service works on the old one, ${RED}.`,
    );
  });

  test.each(['-wal', '-shm'])('%s deleted: what was stored is there after a restart', async (suffix) => {
    const { id } = await user.newSchedule();
    rmSync(file + suffix);
    await expectRed(
      `scheduler.db${suffix} was deleted while the service works on it, ${RED}. Stop the service in order (SIGTERM)`,
    );
    service = await service.restart();
    const again = await service.api.signIn(user.user.email, user.password);
    expect((await again.get(`/schedules/${String(id)}`)).status).toBe(200);
    expect((await again.newSchedule()).id).toBe(id + 1);
    const database = new Database(file, { readonly: true });
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    database.close();
  });
});
