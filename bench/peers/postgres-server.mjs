// A PostgreSQL server of one's own, with the settings it comes with: every commit is flushed to disk.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { cpuSecondsOfFamily, freePort } from '../processes.mjs';

const VERSIONS = '/usr/lib/postgresql';
const newest = () =>
  readdirSync(VERSIONS)
    .sort((a, b) => a - b)
    .at(-1);

/** @throws when PostgreSQL is not installed where Debian has it, or does not start; then nothing of it is left */
export async function startPostgres() {
  const bin = existsSync(VERSIONS) ? join(VERSIONS, newest(), 'bin') : '';
  const folder = mkdtempSync(join(tmpdir(), 'scheduler-bench-postgres-'));
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  try {
    return await startIn(folder, bin, removeFolder);
  } catch (error) {
    removeFolder();
    throw error;
  }
}

async function startIn(folder, bin, removeFolder) {
  // It does not run as root.
  const id = (flag) => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout);
  const user = process.getuid() === 0 ? { uid: id('-u'), gid: id('-g') } : {};
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid);
  const options = { ...user, cwd: folder, stdio: 'ignore' };
  const made = spawnSync(
    join(bin, 'initdb'),
    ['-D', folder, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8'],
    options,
  );
  if (made.status !== 0) throw new Error('no PostgreSQL: initdb does not work');
  const port = await freePort();
  const child = spawn(
    join(bin, 'postgres'),
    ['-D', folder, '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-c', 'max_connections=200'],
    options,
  );
  const exited = once(child, 'exit');
  const kill = () => child.kill('SIGQUIT');
  process.on('exit', kill);
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const client = await connected(url, child);
  return {
    url,
    client,
    cpuSeconds: () => cpuSecondsOfFamily(child.pid),
    async stop() {
      await client.end().catch(() => undefined);
      kill();
      await exited;
      process.off('exit', kill);
      removeFolder();
    },
  };
}

async function connected(url, child) {
  while (child.exitCode === null) {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return client;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error('PostgreSQL did not start');
}
