import type { SelectQueryBuilder } from 'typeorm';
import { instantText } from '../database/columns.js';
import type { MeasuredRow } from '../http/page-reader.js';
import { InvalidFields } from '../http/problems.js';
import type { Schedule } from './schedule.entity.js';

/**
 * What lists of schedules are sorted by besides the id, as SQL. None has an index for it: the claimer would have to keep
 * it up with every run, and to find the first page among 100,000 schedules takes SQLite some 30 ms.
 */
const KEYS = {
  title: 'LOWER(schedule.title)',
  next_run: 'schedule.next_run',
  last_run: 'schedule.last_run',
  created_at: 'schedule.created_at',
  updated_at: 'schedule.updated_at',
} as const;

type Key = keyof typeof KEYS;

export type ScheduleSort = 'id' | '-id' | Key | `-${Key}`;

export const SCHEDULE_SORTS: readonly ScheduleSort[] = [
  'id',
  '-id',
  ...(Object.keys(KEYS) as Key[]).flatMap((key) => [key, `-${key}` as const]),
];

interface PlaceInList {
  sort: ScheduleSort;
  cursor?: string;
}

interface OrderedQuery {
  beyond: SelectQueryBuilder<Schedule>;
  sortKey?: string;
  cursorOf: (row: MeasuredRow) => string;
}

/**
 * Puts schedules in the order asked for, from behind the cursor on. Of the same key, the id decides; rows without one are
 * last in either direction.
 *
 * A cursor carries the key of the last row shown, not only its id: the row may have another by now.
 *
 * @throws InvalidFields when the cursor is not one of this order
 */
export function inOrder(
  schedules: SelectQueryBuilder<Schedule>,
  { sort, cursor }: PlaceInList,
): OrderedQuery {
  const [by, direction, beyond] = sort.startsWith('-')
    ? ([sort.slice(1) as 'id' | Key, 'DESC', '<'] as const)
    : ([sort as 'id' | Key, 'ASC', '>'] as const);
  if (by === 'id') {
    if (cursor !== undefined)
      schedules.andWhere(`schedule.id ${beyond} :id`, { id: validCursor(/^[1-9]\d{0,14}$/.exec(cursor))[0] });
    return { beyond: schedules.orderBy('schedule.id', direction), cursorOf: ({ id }) => String(id) };
  }
  const sortKey = KEYS[by];
  if (cursor !== undefined) {
    const last = validCursor(decoded(cursor, sort, by));
    schedules.andWhere(
      last.key === null
        ? `${sortKey} IS NULL AND schedule.id ${beyond} :id`
        : `((${sortKey}, schedule.id) ${beyond} (:key, :id) OR ${sortKey} IS NULL)`,
      last,
    );
  }
  return {
    beyond: schedules.orderBy('sort_key', direction, 'NULLS LAST').addOrderBy('schedule.id', direction),
    sortKey,
    cursorOf: (row) => encoded(sort, row.sort_key as string | Date | null, Number(row.id)),
  };
}

/** The key is what the database has, as text: a row made by hand may lack the milliseconds, and sorts without them. */
function encoded(sort: ScheduleSort, key: string | Date | null, id: number): string {
  const text = key instanceof Date ? instantText(key) : key;
  return Buffer.from(JSON.stringify([sort, text, id])).toString('base64url');
}

const INSTANT = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{3})?$/;

function decoded(cursor: string, sort: ScheduleSort, by: Key): { key: string | null; id: number } | null {
  const [of, key, id] = listIn(Buffer.from(cursor, 'base64url').toString());
  const isKey =
    by === 'title'
      ? typeof key === 'string' && key.isWellFormed() && !key.includes('\0')
      : key === null || (typeof key === 'string' && isInstant(key));
  const isId = Number.isInteger(id) && Number(id) > 0 && Number(id) < 1e15;
  return of === sort && isKey && isId ? { key: key as string | null, id: id as number } : null;
}

/** There is no 30th of February, though Date takes it for one of March; and no year 0 in PostgreSQL. */
function isInstant(text: string): boolean {
  if (!INSTANT.test(text) || text.startsWith('0000')) return false;
  const date = new Date(`${text}Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().replace('T', ' ').startsWith(text);
}

function listIn(json: string): unknown[] {
  try {
    const value: unknown = JSON.parse(json);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

function validCursor<Cursor>(cursor: Cursor | null): Cursor {
  if (cursor !== null) return cursor;
  const message = 'the cursor of a Link header, unchanged, with the same sort';
  throw new InvalidFields([{ field: 'cursor', message }]);
}
