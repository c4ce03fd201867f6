import './node-version.js';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AppConfig } from './config/app-config.js';
import { backUp } from './database/sqlite-backup.js';

/** Backs a SQLite database up to a file, while the service runs; see backUp. */
try {
  process.umask(0o077);
  if (existsSync('.env')) process.loadEnvFile('.env');
  const [to, ...rest] = process.argv.slice(2);
  if (to === undefined || rest.length > 0) throw new Error('npm run backup -- FILE');
  const { database } = AppConfig.fromProcess();
  if (database.kind !== 'sqlite')
    throw new Error('PostgreSQL has tools of its own for this, such as pg_dump.');
  await backUp(database.file, to);
  const keys = ['encryption-key', 'jwt-secret'].map((name) => join(dirname(database.file), name));
  const there = keys.filter((file) => existsSync(file));
  process.stdout.write(`${database.file} is backed up to ${to}.\n`);
  if (there.length > 0)
    process.stdout.write(
      `Not in it are the keys: keep ${there.join(' and ')} as well, in another place, for whoever has both can read secrets.\n`,
    );
} catch (error) {
  process.stderr.write(`There is no backup.\n${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
