import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { Redis } from 'ioredis';
import { describeWith } from './describe-with.js';
import { removeFolder, scratchFolder } from './scratch.js';
import { until } from './until.js';

/** A redis-server of a test's own, on a free port of the loopback, without persistence. */
export class RedisServer {
  private constructor(
    private child: ChildProcess,
    private readonly port: number,
    private readonly folder: string,
    private readonly password: string | undefined,
  ) {}

  static async start(password?: string): Promise<RedisServer> {
    const folder = scratchFolder();
    const port = await freePort();
    return new RedisServer(await launch(port, folder, password), port, folder, password);
  }

  get url(): string {
    const credentials = this.password === undefined ? '' : `:${this.password}@`;
    return `redis://${credentials}127.0.0.1:${String(this.port)}`;
  }

  /** Ends it, and everything it knew. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }

  /** A new one in the same place. */
  async restart(): Promise<void> {
    await this.kill();
    this.child = await launch(this.port, this.folder, this.password);
  }

  /** It keeps its connections, and says nothing. */
  pause(): void {
    this.child.kill('SIGSTOP');
  }

  resume(): void {
    this.child.kill('SIGCONT');
  }

  async command(...[name = '', ...args]: string[]): Promise<unknown> {
    const client = new Redis(this.url);
    try {
      return await client.call(name, ...args);
    } finally {
      client.disconnect();
    }
  }

  async stop(): Promise<void> {
    await this.kill();
    removeFolder(this.folder);
  }
}

async function launch(port: number, folder: string, password?: string): Promise<ChildProcess> {
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''];
  if (password !== undefined) options.push('--requirepass', password);
  const child = spawn('redis-server', options, { stdio: 'ignore' });
  const failed = once(child, 'exit').then(() => {
    throw new Error('redis-server did not start');
  });
  const listening = until(() => accepts(port));
  await Promise.race([listening, failed]);
  return child;
}

/** Whether somebody listens on the port of the loopback. */
async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** A port on which nobody listens. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

async function canLaunch(): Promise<boolean> {
  const child = spawn('redis-server', ['--version'], { stdio: 'ignore' });
  return once(child, 'exit').then(
    () => true,
    () => false,
  );
}

const hasBinary = await canLaunch();

/**
 * Where tests that need nothing but some Redis find one: TEST_REDIS_URL, else a redis-server of their own, else the one
 * on the usual port. They keep to a prefix and remove it.
 */
export const someRedis =
  process.env['TEST_REDIS_URL'] ??
  (hasBinary ? 'own' : (await accepts(6379)) ? 'redis://127.0.0.1:6379' : undefined);

/** `describe` for tests that need `someRedis`. */
export const describeRedis = describeWith(
  someRedis !== undefined,
  'no Redis: set TEST_REDIS_URL, install redis-server or start it on port 6379',
);

/** `describe` for tests that do things to a `RedisServer`. */
export const describeRedisServer = describeWith(hasBinary, 'redis-server is not in the PATH: install it');
