import { type DataSource, MigrationExecutor } from 'typeorm';

/** The database was migrated by a version of the service that is newer than this one. */
export class NewerDatabase extends Error {
  override readonly name = 'NewerDatabase';

  constructor(unknown: readonly string[]) {
    super(
      `The database was migrated by a newer version of the service (${unknown.join(', ')}). Start that version, or ` +
        'restore the backup that was made before the upgrade.',
    );
  }
}

/** @throws NewerDatabase when a migration was run that is not among those of the data source */
export async function refuseNewer(dataSource: DataSource): Promise<void> {
  const run = await new MigrationExecutor(dataSource).getExecutedMigrations();
  const known = new Set(dataSource.migrations.map(({ name, constructor }) => name ?? constructor.name));
  const unknown = run.map(({ name }) => name).filter((name) => !known.has(name));
  if (unknown.length > 0) throw new NewerDatabase(unknown);
}
