import { Column, type ColumnOptions } from 'typeorm';

/** An instant, kept in UTC to the millisecond; see {@link instantText}. */
export const InstantColumn = (options: ColumnOptions = {}): PropertyDecorator =>
  Column({ type: Date, ...options });

/** When the row was made. Services set it by their clock; the default serves rows made by hand. */
export const CreatedAtColumn = (): PropertyDecorator => InstantColumn({ default: () => 'CURRENT_TIMESTAMP' });

/** A JSON document, kept as text. */
export const JsonColumn = (options: ColumnOptions = {}): PropertyDecorator =>
  Column({ type: 'simple-json', ...options });

/**
 * An instant as SQL takes it: `2026-03-29 01:00:00.000`, in UTC. It is what SQLite stores, where text order is time
 * order, for years of four digits; PostgreSQL reads it as a `timestamptz`, on connections whose time zone is UTC.
 *
 * @throws RangeError for other years
 */
export function instantText(instant: Date): string {
  if (instant.getTime() === latest.time) return latest.text;
  const text = instant.toISOString();
  if (text.length !== 24) throw new RangeError(`${text} is not in the years 0 to 9999`);
  latest = { time: instant.getTime(), text: `${text.slice(0, 10)} ${text.slice(11, 23)}` };
  return latest.text;
}

/** What was written or read last: what happens together has the same instant, thousands of times. */
let latest = { time: NaN, text: '' };

/**
 * The inverse of {@link instantText}. Also reads the default of `CURRENT_TIMESTAMP` in SQLite, without milliseconds,
 * and what PostgreSQL makes of an instant in JSON, `2026-03-29T01:00:00+00:00`.
 */
export function fromInstantText(text: string | Date): Date {
  // PostgreSQL's driver has read it already.
  if (typeof text !== 'string') return text;
  if (text !== latest.text) {
    latest = { time: timeOf(text), text };
  }
  return new Date(latest.time);
}

function timeOf(text: string): number {
  const year = digits(text, 0) * 100 + digits(text, 2);
  // What instantText writes. Date.parse, which reads much else, takes three times as long.
  if (text.length === 23 && text[10] === ' ' && year >= 1000)
    return Date.UTC(
      year,
      digits(text, 5) - 1,
      digits(text, 8),
      digits(text, 11),
      digits(text, 14),
      digits(text, 17),
      (text.charCodeAt(20) - ZERO) * 100 + digits(text, 21),
    );
  return Date.parse(text.includes('T') ? text : `${text.replace(' ', 'T')}Z`);
}

const ZERO = '0'.charCodeAt(0);

/** The number that two digits stand for. */
const digits = (text: string, at: number): number =>
  (text.charCodeAt(at) - ZERO) * 10 + text.charCodeAt(at + 1) - ZERO;

/** A value as better-sqlite3 takes it: SQLite has no truth values. */
export const sqliteValue = (value: unknown): unknown => (typeof value === 'boolean' ? Number(value) : value);
