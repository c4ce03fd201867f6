import { DataSource, type Migration, MigrationExecutor } from 'typeorm';
import { refuseNewer } from './newer-database.js';

/**
 * A data source that migrates a SQLite file without losing rows.
 *
 * TypeORM changes a table by making it anew and dropping the old one. With foreign keys on, that deletes the rows which
 * refer to it; and since SQLite 3.26 keys that refer to a renamed table follow its temporary name. TypeORM switches
 * foreign keys off within its transaction, where SQLite takes no notice. Here they are off before the transaction begins, and
 * it is committed only when every key still finds its row.
 */
export class MigratingSqliteDataSource extends DataSource {
  override async runMigrations(...[options]: Parameters<DataSource['runMigrations']>): Promise<Migration[]> {
    await refuseNewer(this);
    const pending = await new MigrationExecutor(this).getPendingMigrations();
    if (pending.length === 0) return [];
    return this.withoutForeignKeys(() => super.runMigrations({ ...options, transaction: 'none' }));
  }

  override async undoLastMigration(...[options]: Parameters<DataSource['undoLastMigration']>): Promise<void> {
    await refuseNewer(this);
    await this.withoutForeignKeys(() => super.undoLastMigration({ ...options, transaction: 'none' }));
  }

  /** All that `work` changes is stored, or nothing of it. TypeORM has one query runner for a SQLite file: `work` uses it, too. */
  private async withoutForeignKeys<T>(work: () => Promise<T>): Promise<T> {
    const runner = this.createQueryRunner();
    await runner.query('PRAGMA foreign_keys = OFF');
    await runner.query('PRAGMA legacy_alter_table = ON');
    try {
      await runner.startTransaction();
      const result = await work();
      await this.assertKeysIntact();
      await runner.commitTransaction();
      return result;
    } catch (error) {
      if (runner.isTransactionActive) await runner.rollbackTransaction();
      throw error;
    } finally {
      await runner.query('PRAGMA legacy_alter_table = OFF');
      await runner.query('PRAGMA foreign_keys = ON');
    }
  }

  private async assertKeysIntact(): Promise<void> {
    const broken = await this.query<{ table: string; parent: string }[]>('PRAGMA foreign_key_check');
    const [first] = broken;
    if (first === undefined) return;
    throw new Error(
      `The migration would leave ${String(broken.length)} rows that refer to rows which are not there, such as in ` +
        `${first.table} to ${first.parent}. Nothing was changed.`,
    );
  }
}
