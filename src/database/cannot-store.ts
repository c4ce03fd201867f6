/** SQLite on a disk that is full, read-only or broken; PostgreSQL without resources (class 53), or that takes no writes. */
const REFUSALS = /^SQLITE_(FULL|READONLY|IOERR)|^53...$|^25006$/;

/** Whether an error means that the database takes no writes now, such as on a full disk: it may later. */
export function cannotStore(thrown: unknown): boolean {
  const error = (thrown ?? {}) as { driverError?: object };
  const { code } = (error.driverError ?? error) as { code?: unknown };
  return typeof code === 'string' && REFUSALS.test(code);
}
