import { type Dialect, type Source } from '../database/dialect.js';

/** Every column that the vault sealed, each value for `<table>/<id>`, and what its values are. */
export const SEALED = [
  { table: 'secrets', column: 'value', what: 'secrets' },
  { table: 'schedules', column: 'signing_secret', what: 'signing secrets' },
  { table: 'schedules', column: 'previous_signing_secret', what: 'earlier signing secrets' },
] as const;

export interface SealedBy {
  readonly key: string;
  readonly what: string;
  readonly count: number;
}

/** How many values each key sealed. Reads every one of them: for when something is amiss. */
export async function countSealed(source: Source, dialect: Dialect): Promise<SealedBy[]> {
  const counts: SealedBy[] = [];
  for (const { table, column, what } of SEALED) {
    const rows = await dialect.query<{ key: string; count: number }>(
      source,
      `SELECT substr(${column}, 1, 8) AS "key", count(*) AS count FROM ${table} WHERE ${column} <> '' GROUP BY 1`,
    );
    counts.push(...rows.map(({ key, count }) => ({ key, what, count })));
  }
  return counts;
}
