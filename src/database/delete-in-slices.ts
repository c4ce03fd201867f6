import { within } from '../clock/deadline.js';
import type { UnitOfWork } from './unit-of-work.js';

/** Rows removed in one transaction: few enough that a claim never waits long behind it. */
const SLICE = 500;

/** A slice that takes longer is given up, so that the next round of pruning takes place. */
const SLICE_MS = 120_000;

/**
 * Deletes what a query finds, a slice in each transaction; what another node is deleting is left to it. Resolves with
 * the number of rows.
 *
 * @param table and ids: which rows, as SQL that selects ids, in an order that an index has; its `?` are `parameters`
 */
export async function deleteInSlices(
  unitOfWork: UnitOfWork,
  table: string,
  ids: string,
  parameters: readonly string[],
): Promise<number> {
  const { dialect } = unitOfWork;
  const slice = `${ids} LIMIT ${String(SLICE)} ${dialect.skipLocked}`;
  const sql = `DELETE FROM ${table} WHERE id IN (${slice}) RETURNING id`;
  let removed = 0;
  for (let last = SLICE; last === SLICE; removed += last) {
    const deleted = unitOfWork.bulk((manager) => dialect.query<{ id: number }>(manager, sql, parameters));
    const rows = await within(SLICE_MS, deleted);
    last = rows.length;
    // The API and the claims have their turn between slices.
    await new Promise(setImmediate);
  }
  return removed;
}
