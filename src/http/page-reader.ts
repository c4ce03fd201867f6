import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { inTurnOfLargePages } from './large-pages.js';
import { cappedCount, countedUpToMax, type Page } from './page.js';
import type { Principal } from './principal.js';

/** The most bytes of texts on one page; a single row that has more still fits. */
export const PAGE_BYTES = 4 * 1024 * 1024;

/** How many rows, and bytes of them, are read before others have their turn. */
const SLICE_ROWS = 200;
const SLICE_BYTES = 1024 * 1024;

/** Smaller pages than this need not wait for each other. */
const LARGE_BYTES = 256 * 1024;

/** What is known of a row before it is read. */
export interface MeasuredRow {
  readonly id: number | string;
  /** The value of `sortKey`, as the driver gives it. */
  readonly sort_key: unknown;
}

interface Measured extends MeasuredRow {
  readonly bytes: number | string;
  readonly total: number | string;
}

interface PlaceInList<Row extends ObjectLiteral> {
  /** The rows of all pages. */
  readonly all: SelectQueryBuilder<Row>;
  /** The same in order, from behind the cursor on. */
  readonly beyond: SelectQueryBuilder<Row>;
  /** What they are in the order of besides the id, as SQL; the order may call it `sort_key`. */
  readonly sortKey?: string;
  readonly limit: number;
  /** Columns whose texts may be long. */
  readonly long: readonly (keyof Row & string)[];
  /** Columns that the list shows; all of them unless it says so. */
  readonly shown?: readonly (keyof Row & string)[];
  /** The cursor of the page that begins behind a row. */
  readonly cursorOf?: (row: MeasuredRow) => string;
}

/**
 * Reads a page of a list by keyset pagination. Its rows are measured before they are read: both databases tell the
 * length of a text without fetching it, and a thousand rows of the longest texts would be hundreds of megabytes.
 */
export async function readPage<Row extends ObjectLiteral & { id: number | string }>(
  { userId }: Principal,
  { all, beyond, sortKey = 'NULL', limit, long, shown, cursorOf = ({ id }) => String(id) }: PlaceInList<Row>,
): Promise<Page<Row>> {
  const bytes = long.map((column) => `COALESCE(octet_length(${all.alias}.${column}), 0)`);
  const measured = await beyond
    .clone()
    .select(`${all.alias}.id`, 'id')
    // In parentheses, it is not taken for the column itself, which would go by another name.
    .addSelect(`(${sortKey})`, 'sort_key')
    .addSelect(bytes.join(' + ') || '0', 'bytes')
    .addSelect(`(SELECT count(*) FROM (${countedUpToMax(all).getQuery()}) AS found)`, 'total')
    .limit(limit + 1)
    .getRawMany<Measured>();
  const slices = sliced(measured.slice(0, limit));
  const read = (): Promise<ReadRows<Row>> => readSlices(all, slices, long, shown);
  const { rows, last } = await (bytesOf(slices.flat()) > LARGE_BYTES
    ? inTurnOfLargePages(userId, read)
    : read());
  const total = Number(measured[0]?.total ?? (await cappedCount(all)));
  return { rows, total, next: last && last !== measured.at(-1) ? cursorOf(last) : undefined };
}

/** A list in the order of ids, from behind the cursor on. */
export function byId<Row extends ObjectLiteral>(
  all: SelectQueryBuilder<Row>,
  cursor: string | undefined,
  direction: 'ASC' | 'DESC' = 'ASC',
): SelectQueryBuilder<Row> {
  const id = `${all.alias}.id`;
  const beyond = all.clone().orderBy(id, direction);
  if (cursor === undefined) return beyond;
  return beyond.andWhere(`${id} ${direction === 'ASC' ? '>' : '<'} :cursor`, { cursor: Number(cursor) });
}

const bytesOf = (rows: readonly Measured[]): number =>
  rows.reduce((bytes, row) => bytes + Number(row.bytes), 0);

/** As many of the rows as a page may have, in slices. */
function sliced(rows: readonly Measured[]): Measured[][] {
  const slices: Measured[][] = [];
  let [slice, sliceBytes, pageBytes]: [Measured[], number, number] = [[], 0, 0];
  for (const row of rows) {
    const bytes = Number(row.bytes);
    if (pageBytes > 0 && pageBytes + bytes > PAGE_BYTES) break;
    if (slice.length === 0 || slice.length === SLICE_ROWS || sliceBytes + bytes > SLICE_BYTES) {
      [slice, sliceBytes] = [[], 0];
      slices.push(slice);
    }
    slice.push(row);
    sliceBytes += bytes;
    pageBytes += bytes;
  }
  return slices;
}

interface ReadRows<Row> {
  readonly rows: Row[];
  /** The last one that was measured of what the page covers. */
  readonly last: Measured | undefined;
}

/** The rows in the order of the slices; those that were removed meanwhile are left out. */
async function readSlices<Row extends ObjectLiteral & { id: number | string }>(
  all: SelectQueryBuilder<Row>,
  slices: readonly Measured[][],
  long: readonly (keyof Row)[],
  shown: readonly string[] | undefined,
): Promise<ReadRows<Row>> {
  const rows: Row[] = [];
  let last: Measured | undefined;
  let bytes = 0;
  for (const [n, slice] of slices.entries()) {
    if (n > 0) await new Promise(setImmediate);
    const ids = slice.map(({ id }) => id);
    const query = all.clone().where(`${all.alias}.id IN (:...ids)`, { ids });
    if (shown) query.select(shown.map((column) => `${all.alias}.${column}`));
    const byId = new Map((await query.getMany()).map((row) => [row.id, row]));
    for (const measured of slice) {
      const row = byId.get(measured.id);
      bytes += Number(measured.bytes) + (row ? escapesIn(row, long) : 0);
      if (last && bytes > PAGE_BYTES) return { rows, last };
      last = measured;
      if (row) rows.push(row);
    }
  }
  return { rows, last };
}

/** How much longer texts get as JSON, where some characters take six bytes. */
function escapesIn<Row>(row: Row, long: readonly (keyof Row)[]): number {
  return long.reduce((more, column) => {
    const text = row[column];
    return typeof text === 'string' ? more + JSON.stringify(text).length - text.length : more;
  }, 0);
}
