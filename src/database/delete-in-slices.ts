import type { UnitOfWork } from './unit-of-work.js';

/** Rows removed in one transaction: few enough that a claim never waits long behind it. */
const SLICE = 500;

/**
 * Deletes what a query finds, a slice in each transaction. Resolves with the number of rows.
 *
 * @param table and ids: which rows, as SQL that selects ids, in an order that an index has; its `?` are `parameters`
 */
export async function deleteInSlices(
  unitOfWork: UnitOfWork,
  table: string,
  ids: string,
  parameters: readonly string[],
): Promise<number> {
  const sql = `DELETE FROM ${table} WHERE id IN (${ids} LIMIT ${String(SLICE)}) RETURNING id`;
  let removed = 0;
  for (let slice = SLICE; slice === SLICE; removed += slice) {
    const rows = await unitOfWork.transaction((manager) =>
      manager.query<{ id: number }[]>(sql, [...parameters]),
    );
    slice = rows.length;
    // The API and the claims have their turn between slices.
    await new Promise(setImmediate);
  }
  return removed;
}
