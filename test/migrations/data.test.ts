import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type DataSource, type MigrationInterface, type QueryRunner, TableColumn } from 'typeorm';
import type { RunDto } from '../../src/runs/dto/run.dto.js';
import { AppConfig } from '../../src/config/app-config.js';
import { dataSourceOptions, toolDataSource } from '../../src/database/data-source.js';
import { MIGRATIONS } from '../../src/database/migrations.js';
import { ENTITIES } from '../../src/entities.js';
import { onPostgres } from '../support/test-database.js';
import { TestService } from '../support/test-service.js';

/** What TypeORM writes for a column of its own kind: with SQLite, a table that is made anew. */
class AddNote1990000000000 implements MigrationInterface {
  name = 'AddNote1990000000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of ['users', 'schedules', 'runs']) {
      await runner.addColumn(table, new TableColumn({ name: 'note', type: 'varchar', isNullable: true }));
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['runs', 'schedules', 'users']) await runner.dropColumn(table, 'note');
  }
}

/** Removes what rows of other tables refer to. */
class DropOwners1990000000001 implements MigrationInterface {
  name = 'DropOwners1990000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('DELETE FROM users');
  }

  async down(): Promise<void> {
    // There is nothing to undo.
  }
}

let service: TestService;
let id: number;
beforeEach(async () => {
  service = await TestService.start();
  service.clock.set('2030-01-01T12:00:00Z');
  const admin = await service.api.newUser();
  await service.api.post('/auth/signin', { email: 'nobody@example.com', password: 'wrong password' });
  await admin.post('/auth/api-keys', { name: 'key', scopes: ['read'] });
  await admin.post('/secrets', { name: 'TOKEN', value: 'a secret value' });
  ({ id } = await admin.newSchedule({ schedule_interval: '* * * * *' }));
  service.clock.advance(60_000);
  await service.tick();
  await service.write(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
     INSERT INTO runs (schedule_id, scheduled_for, "trigger", status, finished_at)
     SELECT ?, '2029-01-01 00:00:00.000', 'manual', 'succeeded', '2029-01-01 00:00:00.000' FROM n`,
    [id],
  );
});
afterEach(async () => {
  await service.database.drop();
});

async function withTool<T>(
  migrations: readonly (new () => MigrationInterface)[],
  work: (tool: DataSource) => Promise<T>,
): Promise<T> {
  const options = dataSourceOptions(new AppConfig(service.database.settings));
  const known = onPostgres ? MIGRATIONS.postgres : MIGRATIONS.sqlite;
  const tool = toolDataSource({
    ...options,
    entities: ENTITIES,
    migrations: [...known, ...migrations],
  });
  await tool.initialize();
  try {
    return await work(tool);
  } finally {
    await tool.destroy();
  }
}

async function counts(tool: DataSource): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const { tableName } of tool.entityMetadatas) {
    const [row] = await tool.query<{ count: number | string }[]>(
      `SELECT count(*) AS count FROM ${tableName}`,
    );
    found[tableName] = Number(row?.count);
  }
  return found;
}

const references = (tool: DataSource): Promise<unknown[]> =>
  tool.query(
    onPostgres
      ? `SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f' ORDER BY 1, 2`
      : `SELECT m.name, f."table", f."from", f.on_delete FROM sqlite_master AS m, pragma_foreign_key_list(m.name) AS f
          WHERE m.type = 'table' ORDER BY 1, 2, 3`,
  );

test('a migration that makes tables anew loses no row, neither way, and the service goes on', async () => {
  await service.app.close();
  await withTool([AddNote1990000000000], async (tool) => {
    const before = await counts(tool);
    // Nodes remove their rows when they stop.
    expect(Object.entries(before).filter(([table, count]) => count === 0 && table !== 'nodes')).toEqual([]);
    const keys = await references(tool);
    await tool.runMigrations();
    expect(await counts(tool)).toEqual(before);
    expect(await references(tool)).toEqual(keys);
    await tool.undoLastMigration();
    expect(await counts(tool)).toEqual(before);
    expect(await references(tool)).toEqual(keys);
  });
  service = await service.restart();
  service.clock.advance(60_000);
  await service.tick();
  const latest = await service.query<RunDto>(
    `SELECT status FROM runs WHERE schedule_id = ? AND "trigger" = 'schedule' ORDER BY id DESC LIMIT 1`,
    [id],
  );
  expect(latest).toEqual([{ status: 'succeeded' }]);
  expect(await service.query(`SELECT id FROM runs WHERE "trigger" = 'schedule'`)).toHaveLength(2);
  await service.app.close();
});

test('a migration that leaves rows without what they refer to changes nothing', async () => {
  await service.app.close();
  // PostgreSQL itself does with each key what its ON DELETE says.
  if (onPostgres) return;
  await withTool([DropOwners1990000000001], async (tool) => {
    const before = await counts(tool);
    await expect(tool.runMigrations()).rejects.toThrow('Nothing was changed');
    expect(await counts(tool)).toEqual(before);
  });
});

test('a database of a newer version is refused, by the service and by the command line, and stays as it is', async () => {
  await service.app.close();
  await withTool([AddNote1990000000000], (tool) => tool.runMigrations());
  await expect(service.restart()).rejects.toThrow(/migrated by a newer version .*AddNote1990000000000/);
  await withTool([], async (tool) => {
    await expect(tool.runMigrations()).rejects.toThrow('newer version');
    await expect(tool.undoLastMigration()).rejects.toThrow('newer version');
  });
  await withTool([AddNote1990000000000], (tool) => tool.undoLastMigration());
  service = await service.restart();
  await service.app.close();
});
