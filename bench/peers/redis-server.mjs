// A Redis server of one's own, on a folder of its own, that syncs its append-only file as told.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

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
  const failed = new Promise((_resolve, reject) => child.once('error', reject));
  process.on('exit', () => child.kill('SIGKILL'));
  const connection = { host: '127.0.0.1', port, maxRetriesPerRequest: null };
  const probe = new Redis({ ...connection, retryStrategy: () => 20 });
  probe.on('error', () => undefined);
  await Promise.race([probe.ping(), failed]);
  probe.disconnect();
  return {
    connection,
    cpuSeconds() {
      const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1].split(' ');
      return (Number(stat[11]) + Number(stat[12])) / 100;
    },
    async stop() {
      child.kill('SIGKILL');
      await once(child, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
