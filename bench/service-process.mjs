// Starts the built service on a folder of its own, speaks to it, and sees what it uses.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpuSeconds, freePort } from './processes.mjs';

const MAIN = join(import.meta.dirname, '../dist/src/main.js');

export const sleep = (milliseconds) =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, milliseconds)));

export class ServiceProcess {
  folder = mkdtempSync(join(tmpdir(), 'scheduler-bench-'));

  /** Resolves when it answers; `startMs` is the time that took. */
  async start(settings = {}) {
    this.port = await freePort();
    this.url = `http://127.0.0.1:${this.port}`;
    const log = openSync(join(this.folder, 'log'), 'a');
    const begun = performance.now();
    this.child = spawn(process.execPath, [...(settings.NODE_ARGS ?? []), MAIN], {
      env: {
        PATH: process.env.PATH,
        DATABASE_URL: `file:${this.folder}/scheduler.db`,
        PORT: String(this.port),
        LOG_FORMAT: 'json',
        EGRESS_ALLOW: '127.0.0.1',
        MAX_SCHEDULES_PER_USER: '100000000',
        ...settings,
      },
      stdio: ['ignore', log, log],
    });
    this.exited = once(this.child, 'exit');
    for (;;) {
      try {
        await fetch(`${this.url}/health/live`);
        break;
      } catch {
        if (this.child.exitCode !== null) throw new Error(readFileSync(join(this.folder, 'log'), 'utf8'));
        await sleep(2);
      }
    }
    this.startMs = performance.now() - begun;
  }

  async stop() {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGTERM');
    await this.exited;
  }

  /** Ends it, whatever it does. */
  async kill() {
    if (this.child?.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await this.exited;
  }

  async remove() {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Makes the database and its first user; resolves with a token. */
  async signUp() {
    const user = {
      first_name: 'B',
      last_name: 'B',
      email: 'b@example.com',
      password: 'correct horse',
      phone: '123',
    };
    await this.post('/user', user);
    const { token } = await this.post('/auth/signin', { email: user.email, password: user.password });
    this.token = token;
    return token;
  }

  async post(path, body) {
    const response = await fetch(this.url + path, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(this.token && { authorization: `Bearer ${this.token}` }),
      },
      body: JSON.stringify(body),
    });
    return response.json();
  }

  /** Kilobytes of memory, and seconds of CPU so far. */
  usage() {
    const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
    return {
      rssKb: Number(/VmRSS:\s+(\d+)/.exec(status)[1]),
      cpuSeconds: cpuSeconds(this.child.pid),
    };
  }
}
