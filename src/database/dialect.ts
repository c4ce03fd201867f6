import type { DataSource, EntityManager } from 'typeorm';

/** What runs SQL: a unit of work's manager, or a data source, which only reads. */
export type Source = EntityManager | DataSource;

/** Finds the first row of a statement: its values, in the order of the statement's columns. Sooner than a promise where it can. */
export type FirstRow = (
  parameters: readonly unknown[],
) => readonly unknown[] | undefined | Promise<readonly unknown[] | undefined>;

/** A part of a transaction. */
export type Step = () => Promise<unknown>;
export type Answers<Steps extends readonly Step[]> = {
  -readonly [N in keyof Steps]: Awaited<ReturnType<Steps[N]>>;
};

/** Takes steps of a transaction, each after the one before. */
export async function oneByOne<const Steps extends readonly Step[]>(steps: Steps): Promise<Answers<Steps>> {
  const answers: unknown[] = [];
  for (const step of steps) answers.push(await step());
  return answers as Answers<Steps>;
}

/** Kinds of values that travel in JSON, as columns have them. */
export type ValueType = 'integer' | 'text' | 'instant';

/**
 * What SQLite and PostgreSQL say differently. SQL in the service is written once, with `?` for its parameters, in words
 * that mean the same to both; where there are none, a method here gives the words, as SQL to be put into the
 * statement.
 *
 * Guarantees: a statement answers with the same values on both (instants as `fromInstantText` reads them, counts and
 * ids as numbers, truth as `true` or 1); many rows travel as one parameter, a JSON array, so that a step of
 * a thousand rows is one statement on both; and what must not happen side by side waits for each other, on SQLite because all
 * units of work do, on PostgreSQL by the locks that are asked for here.
 */
export abstract class Dialect {
  /** Runs SQL, and resolves with the rows it finds or returns. */
  abstract query<Row>(source: Source, sql: string, parameters?: readonly unknown[]): Promise<Row[]>;

  /**
   * Readies a statement that is asked with every request, such as who the caller is.
   *
   * @param columns the names of what it selects, in their order
   */
  abstract prepare(source: DataSource, sql: string, columns: readonly string[]): FirstRow;

  /**
   * A number that is another one as soon as this process has committed anything, and in the next turn of the event loop
   * when another process or a `bulk` unit of work has, so that what was read through the data source is as it was while
   * the number is the same. Undefined where to ask for it takes as long as to read again.
   */
  abstract version(source: DataSource): number | undefined;

  /** Runs SQL that changes rows and returns none, and resolves with their number. */
  abstract change(manager: EntityManager, sql: string, parameters?: readonly unknown[]): Promise<number>;

  /**
   * Takes steps of a transaction of which none needs the answer of another, in their order. Where statements go to a
   * thread, they go together.
   */
  together<const Steps extends readonly Step[]>(steps: Steps): Promise<Answers<Steps>> {
    return oneByOne(steps);
  }

  /** A parameter whose type nothing else in the statement tells. */
  abstract parameter(type: ValueType): string;

  /**
   * A table of this name and these columns, to be selected from. Its rows are one parameter: a JSON array with an
   * array of values for each.
   */
  abstract rows(name: string, columns: Readonly<Record<string, ValueType>>): string;

  /** Whether `value` is among the numbers of one parameter, a JSON array. */
  abstract among(value: string): string;

  /**
   * A text column by which no index is to be looked for. A planner believes of a partial index that it is as short as it
   * was when statistics were last made; in a herd it is long, and whoever looks for some rows in it walks through it.
   */
  unindexed(column: string): string {
    return `(${column} || '')`;
  }

  /** A JSON array of values. */
  abstract jsonArray(...values: readonly string[]): string;

  /** A JSON object of names and the SQL of their values. */
  abstract jsonObject(fields: Readonly<Record<string, string>>): string;

  /** The number that the object in a JSON column has under a name. */
  abstract jsonNumber(column: string, name: string): string;

  /** The JSON that a subquery answers, as an element of other JSON. */
  abstract jsonFrom(subquery: string): string;

  /** The list in a JSON column, with one more element, which is JSON. */
  abstract jsonAppended(column: string, element: string): string;

  /** Whether the list in a JSON column has this text in it; `text` is a parameter's name, as `:tag`. */
  abstract jsonContains(column: string, text: string): string;

  /** An instant as text of JSON, `2026-03-29T01:00:00.000Z`. */
  abstract isoText(instant: string): string;

  /** Milliseconds since the epoch. */
  abstract milliseconds(instant: string): string;

  /** Whether others may write at the same time. */
  abstract readonly sideBySide: boolean;

  /** What is added to a `SELECT` of rows that must not be removed before this transaction is over. */
  abstract readonly keepReferenced: string;

  /** What is added to a `SELECT` of rows that are to be changed: others wait until this transaction is over. */
  abstract readonly forUpdate: string;

  /** The same, leaving out rows that another transaction has locked. */
  abstract readonly skipLocked: string;

  /**
   * Lets one transaction at a time go on from here that names the same thing, until it ends. For what no single row
   * stands for: how many there are of something, or that there is none.
   */
  abstract lock(manager: EntityManager, name: string): Promise<void>;

  /** The same for rows of a table. */
  abstract lockRows(manager: EntityManager, table: string, ids: readonly number[]): Promise<void>;

  /** The (last) column whose unique constraint a write broke, or undefined when it failed otherwise. */
  abstract violatedUniqueColumn(error: unknown): string | undefined;

  /** A JSON row of values as the one column `row`, that {@link fromJsonRows} reads. */
  jsonRow(...values: readonly string[]): string {
    return `${this.jsonArray(...values)} AS "row"`;
  }
}
