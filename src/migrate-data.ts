import './node-version.js';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { AppConfig, describeDatabase, InvalidSettings } from './config/app-config.js';
import { transferData } from './database/data-transfer.js';
import { dataSourceOptions, serviceDataSource } from './database/data-source.js';
import { ENTITIES } from './entities.js';

const USAGE =
  'npm run migrate-data -- --from file:./data/scheduler.db --to postgres://…   (--to: DATABASE_URL)';

/** Nothing is sealed, signed or opened here. */
const NO_KEYS = { JWT_SECRET: '-'.repeat(32), ENCRYPTION_KEY: '-'.repeat(32) };

/** Copies an installation on SQLite into PostgreSQL; see transferData. Neither may be in use. */
try {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const { values } = parseArgs({ options: { from: { type: 'string' }, to: { type: 'string' } } });
  const source = new AppConfig({ DATABASE_URL: values.from }).database;
  const config =
    values.to === undefined
      ? AppConfig.fromProcess()
      : new AppConfig({ ...NO_KEYS, DATABASE_URL: values.to });
  if (values.from === undefined || source.kind !== 'sqlite' || config.database.kind !== 'postgres')
    throw new InvalidSettings(USAGE);
  if (!existsSync(source.file)) throw new InvalidSettings(`There is no ${source.file}.`);
  const target = serviceDataSource({ ...dataSourceOptions(config), entities: ENTITIES });
  await target.initialize();
  try {
    const copied = await transferData(source.file, target, ENTITIES);
    for (const [table, rows] of Object.entries(copied))
      process.stdout.write(`${table}: ${String(rows)} rows\n`);
  } finally {
    await target.destroy();
  }
  process.stdout.write(
    `All of ${source.file} is in ${describeDatabase(config.database)}. What is encrypted needs its key: set ENCRYPTION_KEY ` +
      `to what it was, or to the text of the file encryption-key in ${dirname(source.file)}; JWT_SECRET likewise, to keep ` +
      'everyone signed in.\n',
  );
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error);
  process.stderr.write(`The data was not copied; the file and the database are as they were.\n${reason}\n`);
  process.exitCode = 1;
}
