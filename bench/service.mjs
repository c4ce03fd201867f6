// Starts the built service on a folder of its own, fills it with schedules, and reads what became of them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';

const MAIN = join(import.meta.dirname, '../dist/src/main.js');

/** A port that nobody listens at. */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

/** An instant as the service's database writes it. */
export const sqlInstant = (milliseconds) =>
  new Date(milliseconds).toISOString().replace('T', ' ').slice(0, -1);

export const sleep = (milliseconds) =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, milliseconds)));

export class Service {
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

  /** Ends it, whatever it does, and throws its folder away. */
  async remove() {
    if (this.child && this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill('SIGKILL');
      await this.exited;
    }
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

  /** Makes the database and its user, and stores what `fill` inserts; the service is stopped then. */
  async prepare(fill = () => undefined) {
    await this.start();
    await this.signUp();
    await this.stop();
    fill(this);
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

  /** Works on the database file while the service is stopped. */
  sql(work) {
    const database = new Database(join(this.folder, 'scheduler.db'));
    try {
      return work(database);
    } finally {
      database.close();
    }
  }

  /**
   * Stores `count` schedules that are due at `dueMs`, or spread over the `spreadSeconds` after it. Rows of http
   * actions need the `lane` that the API would have given them: the origin of their URL.
   */
  insert(
    count,
    dueMs,
    { interval = '@daily', action = '{"type":"log"}', overlap = 'skip', lane = null, spreadSeconds = 1 } = {},
  ) {
    this.sql((database) =>
      database
        .prepare(
          `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
           INSERT INTO schedules (owner_id, title, schedule_interval, action, lane, overlap_policy, retry_policy, tags, next_run)
           SELECT 1, 'schedule ' || i, ?, ?, ?, ?, '{"max_attempts":1,"min_backoff_seconds":5,"max_backoff_seconds":3600}', '[]',
                  strftime('%Y-%m-%d %H:%M:%f', ?, '+' || (i % ?) || ' seconds')
             FROM n`,
        )
        .run(count, interval, action, lane, overlap, sqlInstant(dueMs), spreadSeconds),
    );
  }

  /**
   * Stores `count` schedules that are due soon, and starts: resolves with the instant they are due, in a second
   * or more. A machine that needed longer to start gets more time, and starts over.
   */
  async startBeforeDue(count, kind = {}, settings = {}) {
    for (let leadMs = 5000 + count / 100; leadMs < 120_000; leadMs *= 2) {
      const due = Math.ceil((Date.now() + leadMs) / 1000) * 1000;
      this.insert(count, due, kind);
      await this.start(settings);
      if (due - Date.now() > 2000) return due;
      await this.stop();
      this.sql((database) => database.exec('DELETE FROM runs; DELETE FROM schedules'));
    }
    throw new Error('the machine is too slow: the service does not start before its schedules are due');
  }

  /** The id of one of the schedules. */
  aSchedule() {
    return this.sql((database) => database.prepare('SELECT min(id) FROM schedules').pluck().get());
  }

  /** Resolves when so many runs are over, or after so long. */
  async settled(count, mostMs) {
    const giveUp = Date.now() + mostMs;
    for (;;) {
      await sleep(300);
      const { done } = this.sql((db) =>
        db.prepare('SELECT count(*) AS done FROM runs WHERE finished_at IS NOT NULL').get(),
      );
      if (done >= count || Date.now() > giveUp) return done;
    }
  }

  /** Kilobytes of memory, and seconds of CPU so far. */
  usage() {
    const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
    const stat = readFileSync(`/proc/${this.child.pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return {
      rssKb: Number(/VmRSS:\s+(\d+)/.exec(status)[1]),
      cpuSeconds: (Number(stat[11]) + Number(stat[12])) / 100,
    };
  }
}
