import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { DataSource } from 'typeorm';
import { AppConfig } from '../../src/config/app-config.js';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { MIGRATIONS } from '../../src/database/migrations.js';
import ormconfig from '../../ormconfig.js';
import { removeFolder, scratchFolder } from '../support/scratch.js';
import { TestService } from '../support/test-service.js';

let folder: string;
let dataSource: DataSource;
beforeEach(async () => {
  folder = scratchFolder();
  const config = new AppConfig({ DATABASE_URL: `file:${folder}/scheduler.db` });
  dataSource = await new DataSource(dataSourceOptions(config)).initialize();
});
afterEach(async () => {
  await dataSource.destroy();
  removeFolder(folder);
});

const schema = (): Promise<{ sql: string }[]> =>
  dataSource.query(
    `SELECT sql FROM sqlite_master WHERE name NOT IN ('migrations', 'sqlite_sequence') ORDER BY name`,
  );

test('every migration runs up, down to nothing, and up again', async () => {
  await dataSource.runMigrations();
  const up = await schema();
  expect(up.length).toBeGreaterThan(4);
  for (let left = MIGRATIONS.sqlite.length; left > 0; left--) await dataSource.undoLastMigration();
  expect(await schema()).toEqual([]);
  await dataSource.runMigrations();
  expect(await schema()).toEqual(up);
});

test('stored e-mail addresses come to their normal form, as far as nobody else has it', async () => {
  await dataSource.runMigrations();
  const later =
    MIGRATIONS.sqlite.length - MIGRATIONS.sqlite.findIndex(({ name }) => /^NormalEmails/.test(name));
  for (let left = later; left > 0; left--) await dataSource.undoLastMigration();
  const stored = [
    'zoe\u0308@x.org',
    'ana@x.org',
    'chlo\u00e9@x.org',
    'chloe\u0301@x.org',
    'e\u0301@x.org',
    'e\u0301 @x.org',
  ];
  for (const [n, email] of stored.entries())
    await dataSource.query(
      `INSERT INTO users (first_name, last_name, email, password, phone) VALUES ('A', 'B', ?, 'x', ?)`,
      [email, String(n)],
    );
  await dataSource.runMigrations();
  const rows = await dataSource.query<{ email: string }[]>('SELECT email FROM users ORDER BY id');
  expect(rows.map(({ email }) => email)).toEqual([
    ...[
      'zo\u00eb@x.org',
      'ana@x.org',
      'chlo\u00e9@x.org',
      'chloe\u0301@x.org',
      '\u00e9@x.org',
      '\u00e9 @x.org',
    ],
  ]);
});

test('the command line knows every entity that the service has', async () => {
  const service = await TestService.start();
  const names = (source: DataSource): string[] => source.entityMetadatas.map(({ name }) => name).sort();
  await ormconfig.setOptions({ database: `${folder}/cli.db` }).initialize();
  expect(names(ormconfig)).toEqual(names(service.dataSource));
  await ormconfig.destroy();
  await service.stop();
});
