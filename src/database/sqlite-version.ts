import type Database from 'better-sqlite3';
import type { DataSource } from 'typeorm';

export const connectionOf = ({ driver }: DataSource): Database.Database =>
  (driver as unknown as { databaseConnection: Database.Database }).databaseConnection;

/**
 * Says by `PRAGMA data_version` whether anybody has committed to a SQLite database. To ask takes two locks of the file,
 * so it is done once in a turn of the event loop, and again when this process has written anything meanwhile: what it
 * answers counts from then on, and what another process commits in the same turn has come too late for it.
 */
export class SqliteVersion {
  private readonly version: Database.Statement<[], number>;
  private readonly changes: Database.Statement<[], number>;
  private readonly writer: Database.Database;
  private known: { readonly version: number; readonly changes: number } | undefined;

  /** @param reader never writes @param writer what this process writes with */
  constructor(reader: DataSource, writer: DataSource) {
    this.writer = connectionOf(writer);
    this.version = connectionOf(reader).prepare<[], number>('PRAGMA data_version').pluck();
    this.changes = this.writer.prepare<[], number>('SELECT total_changes()').pluck();
  }

  current(): number {
    // Changes count when they are made, and only matter when they are committed.
    if (this.writer.inTransaction) return this.version.get() ?? 0;
    const changes = this.changes.get() ?? 0;
    if (this.known?.changes === changes) return this.known.version;
    if (!this.known) setImmediate(() => (this.known = undefined));
    this.known = { version: this.version.get() ?? 0, changes };
    return this.known.version;
  }
}
