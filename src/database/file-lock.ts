import { closeSync, existsSync, openSync, realpathSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { DatabaseInUse } from './database-in-use.js';
import { InodeLock } from './inode-lock.js';

/**
 * Keeps a second process off a database file. It holds SQLite's write lock on a file beside it, which processes in other
 * containers see as well, and a lock on the file itself, so that neither another name of it (a hard link) nor the removal of the
 * file beside it lets anybody in. The operating system drops both with the process, so `kill -9` leaves nothing stale
 * behind, and the database file itself stays open to readers such as a backup.
 */
export class FileLock {
  private constructor(
    private readonly beside: Database.Database,
    private readonly itself: InodeLock | undefined,
  ) {}

  /** Makes the file, where there is none. @throws DatabaseInUse naming the process that holds the lock */
  static async acquire(file: string): Promise<FileLock> {
    const beside = lockBeside(file);
    try {
      if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600));
      const itself = InodeLock.isPossible
        ? await InodeLock.acquire(statSync(file, { bigint: true }))
        : undefined;
      if (itself === undefined || itself instanceof InodeLock) return new FileLock(beside, itself);
      throw inUse(file, itself.holder, ' under another name, or its lock file was removed');
    } catch (error) {
      beside.close();
      throw error;
    }
  }

  async release(): Promise<void> {
    this.beside.close();
    await this.itself?.release();
  }
}

/** @throws DatabaseInUse */
function lockBeside(file: string): Database.Database {
  // By its real name: a link to the file must lead to the same lock.
  const connection = new Database(`${existsSync(file) ? realpathSync(file) : file}.lock`, { timeout: 0 });
  try {
    notePid(connection);
    connection.exec('BEGIN IMMEDIATE');
    return connection;
  } catch (error) {
    const busy = codeOf(error) === 'SQLITE_BUSY';
    const holder = busy ? Number(connection.pragma('user_version', { simple: true })) : 0;
    connection.close();
    throw busy ? inUse(file, holder) : error;
  }
}

/** For those who are refused. A full disk takes no note, and needs none to be locked. */
function notePid(connection: Database.Database): void {
  try {
    connection.pragma(`user_version = ${String(process.pid)}`);
  } catch (error) {
    if (!/^SQLITE_(FULL|IOERR)/.test(codeOf(error))) throw error;
  }
}

const codeOf = (error: unknown): string => String((error as { code?: unknown }).code);

const inUse = (file: string, holder = 0, how = ''): DatabaseInUse =>
  new DatabaseInUse(
    `${file} is in use by ${holder > 0 ? `process ${String(holder)}` : 'another process'}${how}. ` +
      'One process at a time works on a SQLite file: stop that one, or set DATABASE_URL to another file.',
  );
