// TypeORM's migration commands on the compiled data source.
//
//   generate NAME   writes migrations/<dialect>/<time>-NAME.ts, for both: what the entities have and the migrations lack
//   check           fails when the entities have anything the migrations lack
//   run, revert, show   work on the database that DATABASE_URL names
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppConfig } from '../dist/src/config/app-config.js';
import { FileLock } from '../dist/src/database/file-lock.js';
import { NodeConnection } from '../dist/src/database/node-connection.js';
import { findPostgres, onServer } from '../test/support/postgres-server.mjs';

const KEYS = { JWT_SECRET: '.'.repeat(32), ENCRYPTION_KEY: '.'.repeat(32) };
const [command, name] = process.argv.slice(2);

function node(file, args, env = {}) {
  return spawnSync(process.execPath, [file, ...args], { stdio: 'inherit', env: { ...process.env, ...env } })
    .status;
}

const typeorm = (args, env) => node('node_modules/typeorm/cli.js', [...args, '-d', 'dist/ormconfig.js'], env);

/** Compares the entities with a scratch database that all migrations were run on. */
const compare = (args, env) =>
  typeorm(['migration:run'], env) || typeorm(['migration:generate', ...args, '--esm', '--pretty'], env);

/**
 * Works with a scratch database of each dialect; leaves PostgreSQL out, and says so, where there is no server. Resolves
 * with the status of each.
 */
async function onEach(work) {
  const statuses = [];
  const folder = mkdtempSync(join(tmpdir(), 'migration-'));
  try {
    statuses.push(work('migrations/sqlite', { DATABASE_URL: `file:${folder}/scratch.db` }));
  } finally {
    rmSync(folder, { recursive: true });
  }
  const server = await findPostgres();
  if (server === undefined) return statuses;
  const scratch = `scheduler_migration_${process.pid}`;
  await onServer(server, `CREATE DATABASE ${scratch} TEMPLATE template0 ENCODING 'UTF8'`);
  try {
    const url = new URL(server);
    url.pathname = `/${scratch}`;
    statuses.push(work('migrations/postgres', { DATABASE_URL: url.href, ...KEYS }));
    return statuses;
  } finally {
    await onServer(server, `DROP DATABASE ${scratch} WITH (FORCE)`);
  }
}

function generate(folder, env) {
  const status = compare([`${folder}/${name}`], env);
  if (status !== 0) return status;
  const written = readdirSync(folder).filter((file) => file.endsWith(`-${name}.ts`));
  return node('node_modules/prettier/bin/prettier.cjs', [
    '--write',
    ...written.map((file) => join(folder, file)),
  ]);
}

/** A change may be one for PostgreSQL alone, or for SQLite. */
async function generateNamed() {
  if (/^[A-Z]\w*$/.test(name ?? '')) return Math.min(...(await onEach(generate)));
  process.stderr.write('A migration needs a name, such as: npm run migration:generate -- AddTags\n');
  return 1;
}

/** Works on the real database, which no service may be using meanwhile. */
async function onDatabase() {
  const { database } = AppConfig.fromProcess();
  if (database.kind === 'postgres') {
    const lock = await NodeConnection.open(database.url, true);
    try {
      return typeorm([`migration:${command}`]);
    } finally {
      await lock.close();
    }
  }
  const lock = await FileLock.acquire(database.file);
  try {
    return typeorm([`migration:${command}`]);
  } finally {
    await lock.release();
  }
}

const COMMANDS = {
  generate: generateNamed,
  check: async () =>
    Math.max(...(await onEach((folder, env) => compare([`${folder}/Unneeded`, '--check'], env)))),
  run: onDatabase,
  revert: onDatabase,
  show: () => typeorm(['migration:show']) && 0,
};
try {
  process.exitCode = (await COMMANDS[command]?.()) ?? 1;
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
