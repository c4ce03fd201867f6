import Database from 'better-sqlite3';
import type { EntityManager, EntityMetadata, EntityTarget, ObjectLiteral } from 'typeorm';
import { fromInstantText } from './columns.js';
import type { ServiceDataSource } from './data-source.js';
import { FileLock } from './file-lock.js';
import { MIGRATIONS } from './migrations.js';
import { storableText } from './storable-text.js';

const BATCH = 1000;

/** What keeps data from being transferred, in words for whoever wants it to be. */
export class TransferRefused extends Error {
  override readonly name = 'TransferRefused';
}

/** Rows that were copied, by table. */
export type Transferred = Readonly<Record<string, number>>;

type Row = Record<string, unknown>;

/**
 * Copies everything in a SQLite file into an empty PostgreSQL database: rows with their ids, and the number that ids
 * go on from. One transaction: all of it is there afterwards, or nothing. The file is locked meanwhile, and left as it is.
 *
 * @param target initialized, so that it is migrated and locked
 * @param entities all there are, each after those it refers to
 * @throws DatabaseInUse while a service works on the file
 * @throws TransferRefused when the file is not of this version, or the database is not empty
 */
export async function transferData(
  file: string,
  target: ServiceDataSource,
  entities: readonly EntityTarget<ObjectLiteral>[],
): Promise<Transferred> {
  const tables = entities.map((entity) => target.getMetadata(entity));
  const lock = await FileLock.acquire(file);
  const source = new Database(file, { readonly: true, fileMustExist: true });
  try {
    assertSameVersion(source, file);
    return await target.writer.transaction(async (manager) => {
      await assertEmpty(manager, tables);
      const copied: Record<string, number> = {};
      for (const entity of tables) {
        copied[entity.tableName] = await copyTable(source, manager, entity);
        await moveSequenceOn(source, manager, entity);
      }
      await assertSameCounts(source, manager, tables);
      return copied;
    });
  } finally {
    source.close();
    await lock.release();
  }
}

function assertSameVersion(source: Database.Database, file: string): void {
  const known = MIGRATIONS.sqlite.map(({ name }) => name);
  const has = source.prepare(`SELECT count(*) FROM sqlite_master WHERE name = 'migrations'`).pluck().get();
  const run = has === 1 ? (source.prepare('SELECT name FROM migrations').pluck().all() as string[]) : [];
  if (run.some((name) => !known.includes(name)))
    throw new TransferRefused(`${file} was made by a newer version of the service: use that one.`);
  if (known.some((name) => !run.includes(name)))
    throw new TransferRefused(`${file} is not up to date: run "npm run migration:run" on it first.`);
}

/** Nodes that were here once are nobody. */
async function assertEmpty(manager: EntityManager, tables: readonly EntityMetadata[]): Promise<void> {
  await manager.query('DELETE FROM nodes');
  for (const { tableName } of tables) {
    if ((await count(manager, tableName)) > 0)
      throw new TransferRefused(`The PostgreSQL database is not empty: there are rows in ${tableName}.`);
  }
}

async function copyTable(
  source: Database.Database,
  manager: EntityManager,
  entity: EntityMetadata,
): Promise<number> {
  const { tableName } = entity;
  const key = entity.primaryColumns[0]?.databaseName ?? '';
  const next = source.prepare(
    `SELECT * FROM "${tableName}" WHERE "${key}" > ? ORDER BY "${key}" LIMIT ${String(BATCH)}`,
  );
  const columns = entity.columns.map(({ databaseName }) => `"${databaseName}"`).join(', ');
  let copied = 0;
  for (let last: unknown = entity.generatedColumns.length > 0 ? 0 : ''; ;) {
    const rows = next.all(last) as Row[];
    if (rows.length === 0) return copied;
    const converted = rows.map((row) => convert(row, entity));
    await manager.query(
      `INSERT INTO "${tableName}" (${columns})
       SELECT ${columns} FROM json_populate_recordset(NULL::"${tableName}", $1::json)`,
      [JSON.stringify(converted)],
    );
    copied += rows.length;
    last = rows.at(-1)?.[key];
  }
}

/** A row as PostgreSQL reads it from JSON. */
function convert(row: Row, { columns }: EntityMetadata): Row {
  return Object.fromEntries(
    columns.map(({ databaseName: name, type }) => {
      const value = row[name];
      if (value === null || value === undefined) return [name, null];
      if (type === 'boolean') return [name, value === 1];
      if (typeof value !== 'string') return [name, value];
      return [name, type === 'timestamp with time zone' ? fromInstantText(value) : storableText(value)];
    }),
  );
}

/** SQLite remembers the highest id there ever was, also when its row is gone. */
async function moveSequenceOn(
  source: Database.Database,
  manager: EntityManager,
  { tableName, generatedColumns }: EntityMetadata,
): Promise<void> {
  if (generatedColumns.length === 0) return;
  const highest = source.prepare('SELECT seq FROM sqlite_sequence WHERE name = ?').pluck().get(tableName);
  if (typeof highest !== 'number' || highest === 0) return;
  await manager.query(`SELECT setval(pg_get_serial_sequence($1, 'id'), $2)`, [tableName, highest]);
}

async function assertSameCounts(
  source: Database.Database,
  manager: EntityManager,
  tables: readonly EntityMetadata[],
): Promise<void> {
  for (const { tableName } of tables) {
    const there = Number(source.prepare(`SELECT count(*) FROM "${tableName}"`).pluck().get());
    const here = await count(manager, tableName);
    if (there !== here)
      throw new Error(`${tableName}: ${String(there)} rows in the file, ${String(here)} in PostgreSQL`);
  }
}

async function count(manager: EntityManager, table: string): Promise<number> {
  const [row] = await manager.query<{ rows: number }[]>(`SELECT count(*) AS rows FROM "${table}"`);
  return row?.rows ?? 0;
}
