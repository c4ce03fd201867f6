// Before the tests: a migrated PostgreSQL database that each of them copies. After them: it is dropped.
import { AppConfig } from '../../dist/src/config/app-config.js';
import { dataSourceOptions, toolDataSource } from '../../dist/src/database/data-source.js';
import { findPostgres, onServer } from './postgres-server.mjs';

export default async function setup() {
  const server = await findPostgres();
  if (server === undefined) return;
  const name = `scheduler_template_${process.pid}`;
  await onServer(
    server,
    `DROP DATABASE IF EXISTS ${name}`,
    `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'`,
  );
  const url = new URL(server);
  url.pathname = `/${name}`;
  const keys = { JWT_SECRET: '.'.repeat(32), ENCRYPTION_KEY: '.'.repeat(32) };
  const source = toolDataSource(dataSourceOptions(new AppConfig({ DATABASE_URL: url.href, ...keys })));
  await source.initialize();
  await source.runMigrations();
  await source.destroy();
  process.env.TEST_TEMPLATE = JSON.stringify({ server, name });
  globalThis.dropTemplate = () => onServer(server, `DROP DATABASE ${name}`);
}
