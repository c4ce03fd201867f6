/** What SQLite says when it cannot take this now: the request is not to blame. */
const SQLITE = /^SQLITE_(FULL|READONLY|BUSY|LOCKED|IOERR|CANTOPEN|CORRUPT|NOTADB)/;

/**
 * The same of PostgreSQL, by class: connections (08), transactions that collide (40), resources such as disk (53), what
 * an operator does (57P), the system (58); a server that takes no writes (25006), and locks that are not to be had (55P03).
 */
const POSTGRES = /^(08|40|53|57|58|XX)...$|^25006$|^55P03$|^25P03$/;

/** A connection that cannot be had or was lost, by the codes of the system; pg has some words without a code. */
const CONNECTION = /^E(CONN|PIPE|TIMEDOUT|HOST|NET|NOTFOUND|AI_)/;
const WORDS = /Connection terminated|connection timeout|trying to connect|not queryable|Query read timeout/;

/** Whether PostgreSQL refused a text for its NUL character; most texts that may have one were refused before. */
export function isUnstorableText(thrown: unknown): boolean {
  const { code } = causeOf(thrown);
  return code === '22021' || code === '22P05';
}

/** Whether a row refers to one that is not there: somebody deleted it after the request had looked for it. */
export function isDanglingReference(thrown: unknown): boolean {
  const { code } = causeOf(thrown);
  return code === 'SQLITE_CONSTRAINT_FOREIGNKEY' || code === '23503';
}

/** What became of a request whose database could not answer. */
export type StorageFault = 'not stored' | 'unknown';

/** Whether an error means that the database cannot store now; `unknown` when its answer was lost, not refused. */
export function storageFault(thrown: unknown): StorageFault | undefined {
  const { code, name, message } = causeOf(thrown);
  if (name === 'QueryRunnerAlreadyReleasedError') return 'unknown';
  if (/^(08|57P0[12])/.test(code) || CONNECTION.test(code) || WORDS.test(message)) return 'unknown';
  return SQLITE.test(code) || POSTGRES.test(code) ? 'not stored' : undefined;
}

/** What the driver threw; TypeORM wraps what a query makes it throw, and nothing else. */
function causeOf(thrown: unknown): { code: string; name: string; message: string } {
  const error = (thrown ?? {}) as { driverError?: object };
  const { code, name, message } = (error.driverError ?? error) as Record<string, unknown>;
  return { code: textOf(code), name: textOf(name), message: textOf(message) };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
