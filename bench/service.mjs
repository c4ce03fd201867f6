// The service with a database that can be filled while it is stopped, and read.
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { ServiceProcess, sleep } from './service-process.mjs';

/** An instant as the service's database writes it. */
export const sqlInstant = (milliseconds) =>
  new Date(milliseconds).toISOString().replace('T', ' ').slice(0, -1);

export class Service extends ServiceProcess {
  /** Makes the database and its user, and stores what `fill` inserts; the service is stopped then. */
  async prepare(fill = () => undefined) {
    await this.start();
    await this.signUp();
    await this.stop();
    fill(this);
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
}
