// Queues on SQLite as fast as they go: better-sqlite3 with nothing around it (what the disk and SQLite can do),
// plainjob, liteque. `synchronous` is set to FULL on all, as the service has it; both queues choose NORMAL.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const { library, count } = JSON.parse(process.argv[2]);
const folder = mkdtempSync(join(tmpdir(), 'scheduler-bench-peer-'));
const file = join(folder, 'jobs.db');
const SLICE = 500;
const cpu = () => (process.cpuUsage().user + process.cpuUsage().system) / 1e6;
const { default: Database } = await import('better-sqlite3');
const silent = Object.fromEntries(
  ['error', 'warn', 'info', 'debug'].map((level) => [level, () => undefined]),
);

/** Each resolves with a function that does all the jobs. */
const libraries = {
  /** A run is a row inserted, an update when it starts and one when it ends, in transactions of 500 rows. */
  'better-sqlite3': async () => {
    const database = new Database(file);
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.exec(`CREATE TABLE runs (id INTEGER PRIMARY KEY AUTOINCREMENT, schedule_id INTEGER, scheduled_for TEXT,
                   status TEXT, started_at TEXT, finished_at TEXT)`);
    const insert = database.prepare(
      `INSERT INTO runs (schedule_id, scheduled_for, status) VALUES (?, ?, 'queued')`,
    );
    const start = database.prepare(`UPDATE runs SET status = 'running', started_at = ? WHERE id = ?`);
    const end = database.prepare(`UPDATE runs SET status = 'succeeded', finished_at = ? WHERE id = ?`);
    const now = () => new Date().toISOString();
    const each = (ids, statement) =>
      database.transaction(() => {
        for (const id of ids) statement.run(now(), id);
      })();
    return async () => {
      for (let i = 0; i < count; i += SLICE) {
        const ids = database.transaction(() =>
          Array.from({ length: SLICE }, (_, j) => insert.run(i + j, now()).lastInsertRowid),
        )();
        each(ids, start);
        each(ids, end);
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
    };
  },
  plainjob: async () => {
    const { better, defineQueue, defineWorker } = await import('plainjob');
    const connection = better(new Database(file));
    const queue = defineQueue({ connection, logger: silent });
    connection.pragma('synchronous = FULL');
    return () =>
      new Promise((resolve) => {
        for (let i = 0; i < count; i += SLICE) queue.addMany('log', Array(SLICE).fill({}));
        let done = 0;
        const onCompleted = () => ++done === count && resolve();
        void defineWorker('log', () => undefined, { queue, logger: silent, onCompleted }).start();
      });
  },
  liteque: async () => {
    const { buildDBClient, Runner, SqliteQueue } = await import('liteque');
    const database = buildDBClient(file, { walEnabled: true, runMigrations: true });
    // drizzle-orm 0.33 has no public way to its connection.
    database.session.client.pragma('synchronous = FULL');
    const queue = new SqliteQueue('log', database, {
      defaultJobArgs: { numRetries: 0 },
      keepFailedJobs: false,
    });
    return async () => {
      for (let i = 0; i < count; i++) await queue.enqueue({});
      const runner = new Runner(
        queue,
        { run: async () => undefined },
        { concurrency: 256, pollIntervalMs: 100, timeoutSecs: 60 },
      );
      await runner.runUntilEmpty();
    };
  },
};

const work = await libraries[library]();
const before = cpu();
const begun = performance.now();
await work();
console.log(
  JSON.stringify({
    runsPerSecond: Math.round((count * 1000) / (performance.now() - begun)),
    cpuMicrosPerRun: Math.round(((cpu() - before) / count) * 1e6),
  }),
);
rmSync(folder, { recursive: true, force: true });
process.exit();
