import { type DataSource, type EntityManager, QueryFailedError } from 'typeorm';
import { Dialect, type FirstRow, type Source, type ValueType } from './dialect.js';

const TYPES: Readonly<Record<ValueType, string>> = {
  integer: 'bigint',
  text: 'text',
  instant: 'timestamptz(3)',
};

/** A statement with `$1`, `$2`, … for its parameters. */
interface Statement {
  readonly sql: string;
  /** TypeORM answers with rows and their number to these commands, and with rows alone to others. */
  readonly changes: boolean;
}

/** PostgreSQL's words. */
export class PostgresDialect extends Dialect {
  readonly sideBySide = true;
  readonly keepReferenced = 'FOR KEY SHARE';

  /** An update of what no foreign key refers to: who refers to the row need not wait. */
  readonly forUpdate = 'FOR NO KEY UPDATE';
  readonly skipLocked = 'FOR NO KEY UPDATE SKIP LOCKED';

  /** Statements are made once, so these are few. */
  private readonly statements = new Map<string, Statement>();

  async query<Row>(source: Source, sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    const statement = this.statement(sql);
    const result = await source.query<Row[] | [Row[], number]>(statement.sql, parameters as unknown[]);
    return statement.changes ? (result as [Row[], number])[0] : (result as Row[]);
  }

  prepare(source: DataSource, sql: string, columns: readonly string[]): FirstRow {
    return async (parameters) => {
      const [row] = await this.query<Record<string, unknown>>(source, sql, parameters);
      return row && columns.map((column) => row[column]);
    };
  }

  /** Other nodes write, too. */
  version(): undefined {
    return undefined;
  }

  async change(manager: EntityManager, sql: string, parameters: readonly unknown[] = []): Promise<number> {
    const result = await manager.queryRunner?.query(this.statement(sql).sql, parameters as unknown[], true);
    return result?.affected ?? 0;
  }

  parameter(type: ValueType): string {
    return `?::${TYPES[type]}`;
  }

  rows(name: string, columns: Readonly<Record<string, ValueType>>): string {
    const values = Object.entries(columns).map(
      ([column, type], n) => `(value->>${String(n)})::${TYPES[type]} AS ${column}`,
    );
    return `(SELECT ${values.join(', ')} FROM jsonb_array_elements(?::jsonb)) AS ${name}`;
  }

  /** An array is looked up in an index; a subquery would be joined, by whatever the planner guesses of its length. */
  among(value: string): string {
    return `${value} = ANY (ARRAY(SELECT jsonb_array_elements_text(?::jsonb)::bigint))`;
  }

  jsonArray(...values: readonly string[]): string {
    return `json_build_array(${values.join(', ')})`;
  }

  jsonObject(fields: Readonly<Record<string, string>>): string {
    const parts = Object.entries(fields).map(([name, value]) => `'${name}', ${value}`);
    return `json_build_object(${parts.join(', ')})`;
  }

  jsonNumber(column: string, name: string): string {
    return `(${column}::json->>'${name}')::bigint`;
  }

  jsonFrom(subquery: string): string {
    return subquery;
  }

  jsonAppended(column: string, element: string): string {
    return `(${column}::jsonb || jsonb_build_array(${element}::jsonb))::text`;
  }

  jsonContains(column: string, text: string): string {
    return `${column}::jsonb @> jsonb_build_array(${text}::text)`;
  }

  isoText(instant: string): string {
    return `to_char(${instant}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
  }

  milliseconds(instant: string): string {
    return `extract(epoch FROM ${instant}) * 1000`;
  }

  async lock(manager: EntityManager, name: string): Promise<void> {
    await this.query(manager, 'SELECT pg_advisory_xact_lock(hashtextextended(?, 0))', [name]);
  }

  /** In the order of their ids, so that two who lock several do not wait for each other. */
  async lockRows(manager: EntityManager, table: string, ids: readonly number[]): Promise<void> {
    const sql = `SELECT id FROM ${table} WHERE ${this.among('id')} ORDER BY id ${this.forUpdate}`;
    await this.query(manager, sql, [JSON.stringify(ids)]);
  }

  /** The detail names columns and values, whatever the language of the server: `… (owner_id, name)=(1, x) …`. */
  violatedUniqueColumn(error: unknown): string | undefined {
    if (!(error instanceof QueryFailedError)) return undefined;
    const { code, detail } = error.driverError as { code?: unknown; detail?: unknown };
    if (code !== '23505' || typeof detail !== 'string') return undefined;
    return /\(([^()]+)\)=\(/.exec(detail)?.[1]?.split(', ').at(-1);
  }

  private statement(sql: string): Statement {
    let statement = this.statements.get(sql);
    if (!statement) {
      let parameters = 0;
      statement = {
        sql: sql.replace(/\?/g, () => `$${String(++parameters)}`),
        changes: /^\s*(UPDATE|DELETE)\b/.test(sql),
      };
      this.statements.set(sql, statement);
    }
    return statement;
  }
}
