import type Database from 'better-sqlite3';
import { type DataSource, type EntityManager, QueryFailedError } from 'typeorm';
import { sqliteValue } from './columns.js';
import { type Answers, Dialect, type FirstRow, type Source, type Step, type ValueType } from './dialect.js';
import { connectionOf, SqliteVersion } from './sqlite-version.js';

/** The service's data source never writes: what does is its `writer`. */
type ReadingSource = DataSource & { readonly writer?: DataSource };

/** SQLite's words. It has one writer at a time, so that nothing has to be locked. */
export class SqliteDialect extends Dialect {
  readonly sideBySide = false;
  readonly keepReferenced = '';
  readonly forUpdate = '';
  readonly skipLocked = '';
  private readonly versions = new WeakMap<DataSource, SqliteVersion>();

  query<Row>(source: Source, sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    return source.query<Row[]>(sql, parameters as unknown[]);
  }

  /**
   * Asks better-sqlite3 itself, for arrays: by TypeORM's way, which is made for what takes long, and to an object with
   * a name for each column, it is four times the work.
   */
  prepare(source: DataSource, sql: string): FirstRow {
    let prepared: Database.Statement | undefined;
    const statement = (): Database.Statement => (prepared ??= connectionOf(source).prepare(sql).raw());
    return (parameters) => statement().get(parameters.map(sqliteValue)) as unknown[] | undefined;
  }

  version(source: ReadingSource): number | undefined {
    const { writer } = source;
    if (!writer) return undefined;
    let version = this.versions.get(source);
    if (!version) this.versions.set(source, (version = new SqliteVersion(source, writer)));
    return version.current();
  }

  async change(manager: EntityManager, sql: string, parameters: readonly unknown[] = []): Promise<number> {
    const result = await manager.queryRunner?.query(sql, parameters as unknown[], true);
    return result?.affected ?? 0;
  }

  override together<const Steps extends readonly Step[]>(steps: Steps): Promise<Answers<Steps>> {
    return Promise.all(steps.map((step) => step())) as Promise<Answers<Steps>>;
  }

  parameter(): string {
    return '?';
  }

  rows(name: string, columns: Readonly<Record<string, ValueType>>): string {
    const values = Object.keys(columns).map((column, n) => `value->>${String(n)} AS ${column}`);
    return `(SELECT ${values.join(', ')} FROM json_each(?)) AS ${name}`;
  }

  among(value: string): string {
    return `${value} IN (SELECT value FROM json_each(?))`;
  }

  jsonArray(...values: readonly string[]): string {
    return `json_array(${values.join(', ')})`;
  }

  jsonObject(fields: Readonly<Record<string, string>>): string {
    const parts = Object.entries(fields).map(([name, value]) => `'${name}', ${value}`);
    return `json_object(${parts.join(', ')})`;
  }

  jsonNumber(column: string, name: string): string {
    return `${column}->>'${name}'`;
  }

  /** From SQLite 3.54 on, what comes out of a subquery is text to the functions around it unless `json` reads it. */
  jsonFrom(subquery: string): string {
    return `json(${subquery})`;
  }

  jsonAppended(column: string, element: string): string {
    return `json_insert(${column}, '$[#]', json(${element}))`;
  }

  jsonContains(column: string, text: string): string {
    return `EXISTS (SELECT 1 FROM json_each(${column}) WHERE value = ${text})`;
  }

  isoText(instant: string): string {
    return `replace(${instant}, ' ', 'T') || 'Z'`;
  }

  milliseconds(instant: string): string {
    return `unixepoch(${instant}, 'subsec') * 1000`;
  }

  async lock(): Promise<void> {
    // Units of work run one after the other.
  }

  async lockRows(): Promise<void> {
    // Units of work run one after the other.
  }

  violatedUniqueColumn(error: unknown): string | undefined {
    if (!(error instanceof QueryFailedError)) return undefined;
    const { message } = error.driverError as Error;
    return /^UNIQUE constraint failed: (?:\w+\.\w+, )*\w+\.(\w+)$/.exec(message)?.[1];
  }
}
