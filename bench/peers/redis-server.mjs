// A Redis server of one's own, on a folder of its own, that syncs its append-only file as told.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { cpuSeconds, freePort } from '../processes.mjs';

/** `fsync` is Redis's appendfsync: everysec may lose a second of jobs, always none. */
export async function startRedis(fsync) {
  const folder = mkdtempSync(join(tmpdir(), 'scheduler-bench-redis-'));
  const port = await freePort();
  const child = spawn(
    'redis-server',
    [
      ...['--port', port, '--bind', '127.0.0.1', '--dir', folder, '--save', ''],
      ...['--appendonly', 'yes', '--appendfsync', fsync, '--maxmemory-policy', 'noeviction'],
    ].map(String),
    { stdio: 'ignore' },
  );
  const exited = once(child, 'exit');
  const failed = exited.then(() => Promise.reject(new Error('redis-server did not start')));
  // It ends later, too, when nobody waits for that.
  failed.catch(() => undefined);
  const kill = () => child.kill('SIGKILL');
  process.on('exit', kill);
  const connection = { host: '127.0.0.1', port, maxRetriesPerRequest: null };
  const probe = new Redis({ ...connection, retryStrategy: () => 20 });
  probe.on('error', () => undefined);
  try {
    await Promise.race([probe.ping(), failed]);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  } finally {
    probe.disconnect();
  }
  return {
    connection,
    cpuSeconds: () => cpuSeconds(child.pid),
    async stop() {
      kill();
      await exited;
      process.off('exit', kill);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
