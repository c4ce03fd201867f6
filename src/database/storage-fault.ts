/**
 * What the codes of SQLite, of PostgreSQL and of the system say about a database that does not do what it is asked: the
 * request is not to blame. The first kind that fits counts.
 */
const KINDS = {
  /** The answer is lost, and perhaps not the work: a connection (08), or a server that is shut down or has crashed. */
  unanswered: /^E(CONN|PIPE|TIMEDOUT|HOST|NET|NOTFOUND|AI_)|^(08...|57P0[12])$/,
  /** It takes no writes: a disk that is full, read-only or broken, no resources (53), a server that is a standby. */
  unwritable: /^SQLITE_(FULL|READONLY|IOERR)|^(53...|25006)$/,
  /**
   * It cannot do it now: locks that are not to be had, a damaged file; transactions that collide (40), what an operator
   * does (57), the system (58).
   */
  unable: /^SQLITE_(BUSY|LOCKED|CANTOPEN|CORRUPT|NOTADB)|^((40|57|58|XX)...|55P03|25P03)$/,
} as const;

type Kind = keyof typeof KINDS;

/** pg has some words without a code for a connection that cannot be had or was lost. */
const WORDS = /Connection terminated|connection timeout|trying to connect|not queryable|Query read timeout/;

/** Whether an error means that the database takes no writes now, such as on a full disk: it may later. */
export const cannotStore = (thrown: unknown): boolean => kindOf(thrown) === 'unwritable';

/** What became of a request whose database could not answer. */
export type StorageFault = 'not stored' | 'unknown';

/** Whether an error means that the database cannot store now; `unknown` when its answer was lost, not refused. */
export function storageFault(thrown: unknown): StorageFault | undefined {
  const kind = kindOf(thrown);
  return kind && (kind === 'unanswered' ? 'unknown' : 'not stored');
}

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

function kindOf(thrown: unknown): Kind | undefined {
  const { code, name, message } = causeOf(thrown);
  if (name === 'QueryRunnerAlreadyReleasedError' || WORDS.test(message)) return 'unanswered';
  return (Object.keys(KINDS) as Kind[]).find((kind) => KINDS[kind].test(code));
}

/** What the driver threw; TypeORM wraps what a query makes it throw, and nothing else. */
function causeOf(thrown: unknown): { code: string; name: string; message: string } {
  const error = (thrown ?? {}) as { driverError?: object };
  const { code, name, message } = (error.driverError ?? error) as Record<string, unknown>;
  return { code: textOf(code), name: textOf(name), message: textOf(message) };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
