import { Column, type ColumnOptions } from 'typeorm';

/** An instant, kept in UTC to the millisecond. SQLite stores it as sortable text; see {@link sqliteInstant}. */
export const InstantColumn = (options: ColumnOptions = {}): PropertyDecorator =>
  Column({ type: 'datetime', ...options });

/** When the row was made. Services set it by their clock; the default serves rows made by hand. */
export const CreatedAtColumn = (): PropertyDecorator => InstantColumn({ default: () => 'CURRENT_TIMESTAMP' });

/** A JSON document, kept as text. */
export const JsonColumn = (options: ColumnOptions = {}): PropertyDecorator =>
  Column({ type: 'simple-json', ...options });

/**
 * An instant as TypeORM stores it in SQLite: `2026-03-29 01:00:00.000`. Text order is time order, for years of
 * four digits.
 *
 * @throws RangeError for other years
 */
export function sqliteInstant(instant: Date): string {
  if (instant.getTime() === latest.time) return latest.text;
  const text = instant.toISOString();
  if (text.length !== 24) throw new RangeError(`${text} is not in the years 0 to 9999`);
  latest = { time: instant.getTime(), text: `${text.slice(0, 10)} ${text.slice(11, 23)}` };
  return latest.text;
}

/** What was written or read last: what happens together has the same instant, thousands of times. */
let latest = { time: NaN, text: '' };

/** The inverse of {@link sqliteInstant}; also reads the default of `CURRENT_TIMESTAMP`, without milliseconds. */
export function fromSqliteInstant(text: string): Date {
  if (text !== latest.text) latest = { time: Date.parse(`${text.replace(' ', 'T')}Z`), text };
  return new Date(latest.time);
}
