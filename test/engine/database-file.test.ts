import { expect, test } from '@jest/globals';
import { statSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AppConfig } from '../../src/config/app-config.js';
import {
  dataSourceOptions,
  type ServiceDataSource,
  serviceDataSource,
} from '../../src/database/data-source.js';
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
