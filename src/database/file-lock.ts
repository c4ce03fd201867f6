import { existsSync, realpathSync } from 'node:fs';
import Database from 'better-sqlite3';
import { DatabaseInUse } from './database-in-use.js';

/**
 * Keeps a second process off a database file, by holding SQLite's write lock on a file beside it. The
 * operating system drops the lock with the process, so `kill -9` leaves nothing stale behind, and the
 * database file itself stays open to readers such as a backup.
 */
export class FileLock {
  private constructor(private readonly connection: Database.Database) {}

  /** @throws DatabaseInUse naming the process that holds the lock */
  static acquire(file: string): FileLock {
    // By its real name: a link to the file must lead to the same lock.
    const connection = new Database(`${existsSync(file) ? realpathSync(file) : file}.lock`, { timeout: 0 });
    try {
      connection.pragma(`user_version = ${String(process.pid)}`);
      connection.exec('BEGIN IMMEDIATE');
      return new FileLock(connection);
    } catch (error) {
      const busy = (error as { code?: unknown }).code === 'SQLITE_BUSY';
      const holder = busy ? Number(connection.pragma('user_version', { simple: true })) : 0;
      connection.close();
      if (!busy) throw error;
      throw new DatabaseInUse(
        `${file} is in use by process ${String(holder)}. ` +
          'One process at a time works on a SQLite file: stop that one, or set DATABASE_URL to another file.',
      );
    }
  }

  release(): void {
    this.connection.close();
  }
}
