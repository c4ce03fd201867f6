import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { removeFolder, scratchFolder } from './scratch.js';

/** The database of one test: made empty, but migrated, and gone with it. */
export interface TestDatabase {
  readonly settings: Readonly<Record<string, string>>;
  drop(): Promise<void>;
}

/** Where each PostgreSQL test database is copied from; set by postgres-template.mjs for all tests of a call. */
interface Template {
  readonly server: string;
  readonly name: string;
}

/** Whether these tests are to use PostgreSQL: jest.config.mjs says so to every test file that runs on both. */
export const onPostgres = (globalThis as { testDatabase?: string }).testDatabase === 'postgres';

export const newDatabase = (): Promise<TestDatabase> =>
  onPostgres ? newPostgres() : Promise.resolve(newSqlite());

export function newSqlite(): TestDatabase {
  const folder = scratchFolder();
  return {
    settings: { DATABASE_URL: `file:${folder}/scheduler.db` },
    drop: () => {
      removeFolder(folder);
      return Promise.resolve();
    },
  };
}

/** Keys, which are not generated beside a server. */
export const KEYS = {
  JWT_SECRET: 'jwt-secret-of-the-tests'.padEnd(32, '.'),
  ENCRYPTION_KEY: 'key'.padEnd(32, '.'),
};

export async function newPostgres(): Promise<TestDatabase> {
  const { server, name: template } = JSON.parse(process.env['TEST_TEMPLATE'] ?? '{}') as Template;
  const name = `scheduler_test_${randomUUID().replaceAll('-', '')}`;
  await onServer(server, `CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY wal_log`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    settings: { DATABASE_URL: url.href, ...KEYS },
    drop: () => onServer(server, `DROP DATABASE ${name} WITH (FORCE)`),
  };
}

async function onServer(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
