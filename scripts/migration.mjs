// TypeORM's migration commands on the compiled data source.
//
//   generate NAME   writes migrations/sqlite/<time>-NAME.ts: what the entities have and the migrations lack
//   check           fails when the entities have anything the migrations lack
//   run, revert, show   work on the database that DATABASE_URL names
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppConfig } from '../dist/src/config/app-config.js';
import { FileLock } from '../dist/src/database/file-lock.js';

const FOLDER = 'migrations/sqlite';
const [command, name] = process.argv.slice(2);

function node(file, args, env = {}) {
  return spawnSync(process.execPath, [file, ...args], { stdio: 'inherit', env: { ...process.env, ...env } })
    .status;
}

const typeorm = (args, env) => node('node_modules/typeorm/cli.js', [...args, '-d', 'dist/ormconfig.js'], env);

/** Compares the entities with a scratch database that all migrations were run on. */
function compare(args) {
  const folder = mkdtempSync(join(tmpdir(), 'migration-'));
  try {
    const env = { DATABASE_URL: `file:${folder}/scratch.db` };
    return (
      typeorm(['migration:run'], env) || typeorm(['migration:generate', ...args, '--esm', '--pretty'], env)
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function generate() {
  if (!/^[A-Z]\w*$/.test(name ?? '')) {
    process.stderr.write('A migration needs a name, such as: npm run migration:generate -- AddTags\n');
    return 1;
  }
  const status = compare([`${FOLDER}/${name}`]);
  if (status !== 0) return status;
  const written = readdirSync(FOLDER).filter((file) => file.endsWith(`-${name}.ts`));
  return node('node_modules/prettier/bin/prettier.cjs', [
    '--write',
    ...written.map((file) => join(FOLDER, file)),
  ]);
}

/** Works on the real database, which no service may be using meanwhile. */
function onDatabase() {
  const lock = FileLock.acquire(AppConfig.fromProcess().databaseFile);
  try {
    return typeorm([`migration:${command}`]);
  } finally {
    lock.release();
  }
}

const COMMANDS = {
  generate,
  check: () => compare([`${FOLDER}/Unneeded`, '--check']),
  run: onDatabase,
  revert: onDatabase,
  show: () => typeorm(['migration:show']) && 0,
};
try {
  process.exitCode = COMMANDS[command]?.() ?? 1;
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
