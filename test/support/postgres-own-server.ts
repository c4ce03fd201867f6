import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { describeWith } from './describe-with.js';
import { freePort } from './redis-server.js';
import { removeFolder, scratchFolder } from './scratch.js';

const VERSIONS = '/usr/lib/postgresql';

/** Where Debian keeps the programs of the newest PostgreSQL; elsewhere they are in the PATH, or not there. */
const folder = existsSync(VERSIONS)
  ? join(
      VERSIONS,
      readdirSync(VERSIONS)
        .sort((a, b) => Number(a) - Number(b))
        .at(-1) ?? '',
      'bin',
    )
  : undefined;
const program = (name: string): string => (folder === undefined ? name : join(folder, name));

/** PostgreSQL does not run as root: then it is given to the user that Debian makes for it. */
const id = (flag: string): number => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout);
const user = process.getuid?.() === 0 ? { uid: id('-u'), gid: id('-g') } : {};

const available =
  spawnSync(program('initdb'), ['--version']).status === 0 && !Object.values(user).includes(NaN);

/** A PostgreSQL server of a test's own, on a free port of the loopback, to be stopped and started. */
export class PostgresServer {
  private child: ChildProcess | undefined;

  private constructor(
    private readonly data: string,
    private readonly port: number,
  ) {}

  static async start(): Promise<PostgresServer> {
    const data = scratchFolder();
    if (user.uid !== undefined) chownSync(data, user.uid, user.gid);
    const made = spawnSync(program('initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8'], {
      ...user,
      cwd: data,
      encoding: 'utf8',
    });
    if (made.status !== 0) throw new Error(made.stderr);
    const server = new PostgresServer(data, await freePort());
    await server.resume();
    return server;
  }

  get url(): string {
    return `postgres://postgres@127.0.0.1:${String(this.port)}/postgres`;
  }

  /** Ends it at once, with all its connections, as when the computer fails. */
  async halt(): Promise<void> {
    if (!this.child) return;
    this.child.kill('SIGQUIT');
    await once(this.child, 'exit');
    this.child = undefined;
  }

  /** Starts it again, and resolves when it answers. */
  async resume(): Promise<void> {
    const options = ['-D', this.data, '-p', String(this.port), '-h', '127.0.0.1', '-k', this.data];
    this.child = spawn(program('postgres'), options, { ...user, cwd: this.data, stdio: 'ignore' });
    while (!(await this.answers())) {
      if (this.child.exitCode !== null) throw new Error('postgres did not start');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async stop(): Promise<void> {
    await this.halt();
    removeFolder(this.data);
  }

  private async answers(): Promise<boolean> {
    const client = new pg.Client({ connectionString: this.url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return true;
    } catch {
      return false;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

/** `describe` for tests that do things to a `PostgresServer`. */
export const describePostgresServer = describeWith(
  available,
  "PostgreSQL's programs are neither in /usr/lib/postgresql nor in the PATH: install postgresql",
);
