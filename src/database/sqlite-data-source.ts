import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type Database from 'better-sqlite3';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { FileLock } from './file-lock.js';
import { MIGRATIONS } from './migrations.js';
import { SqliteFiles } from './sqlite-files.js';
import { SqliteDialect } from './sqlite-dialect.js';
import { MigratingSqliteDataSource } from './migrating-sqlite-data-source.js';
import { SqliteThreadQueryRunner } from './sqlite-thread-query-runner.js';
import { SqliteThread } from './sqlite-thread.js';
import { whenRoom } from './when-room.js';

/** WAL lets readers and the writer work side by side; FULL makes a commit survive a power cut. */
const DURABLE = ['journal_mode = WAL', 'synchronous = FULL'];

export const sqliteOptions = (file: string): DataSourceOptions => ({
  type: 'better-sqlite3',
  database: file,
  migrations: MIGRATIONS.sqlite,
  migrationsTransactionMode: 'each',
  prepareDatabase: (connection: Database.Database) => {
    for (const pragma of DURABLE) connection.pragma(pragma);
  },
});

/**
 * The service's database in a SQLite file.
 *
 * It has a connection that reads and one that writes, because TypeORM's better-sqlite3 driver runs all its work on
 * one: with a single connection, a write outside a transaction joins whatever transaction another request has open,
 * and a read sees what may yet be rolled back (typeorm#1884). Here readers see committed rows only, and
 * a write through a repository is refused by SQLite itself. A third one, in a thread, carries out
 * `bulk` units of work.
 */
export class SqliteServiceDataSource extends DataSource {
  readonly writer: DataSource;
  readonly dialect = new SqliteDialect();
  private lock: FileLock | undefined;
  private files: SqliteFiles | undefined;
  private closed = false;
  private bulkRunner: SqliteThreadQueryRunner | undefined;

  constructor(options: DataSourceOptions) {
    super({ ...options, prepareDatabase: readOnly } as DataSourceOptions);
    this.writer = new MigratingSqliteDataSource({ ...options, migrationsRun: true });
  }

  /** @throws DatabaseInUse when another process works on the file */
  override async initialize(): Promise<this> {
    const file = String(this.writer.options.database);
    if (!existsSync(dirname(file))) mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    this.lock = await FileLock.acquire(file);
    try {
      await whenRoom(dirname(file), () => this.open());
      this.files = new SqliteFiles(file);
      return this;
    } catch (error) {
      await this.lock.release();
      throw error;
    }
  }

  private async open(): Promise<void> {
    try {
      await this.writer.initialize();
      await assertDurable(this.writer);
      await this.threadRunner();
      await super.initialize();
    } catch (error) {
      await this.bulkRunner?.thread.close();
      if (this.writer.isInitialized) await this.writer.destroy();
      throw error;
    }
  }

  /** @throws DatabaseMoved when what would be stored is lost */
  assertInPlace(): void {
    this.files?.assertInPlace();
  }

  /** TypeORM's runner on the connection in a thread, which is opened again where it has ended. */
  async threadRunner(): Promise<SqliteThreadQueryRunner> {
    if (this.closed) throw new Error('the database is closed');
    if (!this.bulkRunner?.thread.isOpen) {
      const file = String(this.writer.options.database);
      const thread = await SqliteThread.open(file, [...DURABLE, 'foreign_keys = ON']);
      this.bulkRunner = new SqliteThreadQueryRunner(this.writer, thread);
    }
    return this.bulkRunner;
  }

  override async destroy(): Promise<void> {
    this.closed = true;
    await super.destroy();
    await this.bulkRunner?.thread.close();
    await this.writer.destroy();
    await this.lock?.release();
  }
}

function readOnly(connection: Database.Database): void {
  connection.pragma('query_only = ON');
}

/** SQLite keeps its old journal mode when it cannot change it, and says so only to those who ask. */
async function assertDurable(writer: DataSource): Promise<void> {
  const [journal] = await writer.query<{ journal_mode: string }[]>('PRAGMA journal_mode');
  const [sync] = await writer.query<{ synchronous: number }[]>('PRAGMA synchronous');
  if (journal?.journal_mode !== 'wal' || sync?.synchronous !== 2) {
    throw new Error(
      `${String(writer.options.database)} cannot be opened durably: it needs journal_mode=wal and ` +
        `synchronous=2 (FULL), got ${journal?.journal_mode ?? '?'} and ${String(sync?.synchronous)}`,
    );
  }
}
