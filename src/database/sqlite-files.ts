import { statSync } from 'node:fs';
import { basename } from 'node:path';

/** As SQLite calls it, whose codes begin alike: the database takes no writes. */
const MOVED = 'SQLITE_READONLY_DBMOVED';

/** The service works on files that are no longer where they were opened. What it would store is lost with the process. */
export class DatabaseMoved extends Error {
  override readonly name = 'DatabaseMoved';
  readonly code = MOVED;
}

/**
 * The files of an open SQLite database: the database, and the log and its index beside it. A process keeps working on a file
 * that was deleted or replaced, and notices nothing; a reader or a restart finds the other one. To look costs 4 µs.
 */
export class SqliteFiles {
  private readonly opened: ReadonlyMap<string, string>;

  /** @param file that is open by now, so that all of its files are there */
  constructor(private readonly file: string) {
    this.opened = new Map(
      ['', '-wal', '-shm'].flatMap((suffix) => {
        const identity = identityOf(file + suffix);
        return identity === undefined ? [] : [[suffix, identity]];
      }),
    );
  }

  /** @throws DatabaseMoved that says what happened and what to do */
  assertInPlace(): void {
    for (const [suffix, identity] of this.opened) {
      const now = identityOf(this.file + suffix);
      if (now !== identity)
        throw new DatabaseMoved(suffix === '' ? this.lost(now) : this.lostBeside(suffix, now));
    }
  }

  private lost(now: string | undefined): string {
    const name = basename(this.file);
    return now === undefined
      ? `${name} was deleted or moved away while the service works on it, so nothing more is stored. Put that file back ` +
          'where it was and the service goes on; if it is lost, stop the service and restore a backup.'
      : `${name} was replaced by another file while the service works on the old one, so nothing more is stored. Stop the ` +
          `service, put the file in place that it is to go on with, remove ${name}-wal and ${name}-shm if they are not of ` +
          'that file, and start the service again.';
  }

  private lostBeside(suffix: string, now: string | undefined): string {
    const name = basename(this.file);
    return (
      `${name}${suffix} was ${now === undefined ? 'deleted' : 'replaced'} while the service works on it, so nothing more is ` +
      `stored. Stop the service in order (SIGTERM), by which what it has of that file is written into ${name}, and start it ` +
      'again.'
    );
  }
}

function identityOf(file: string): string | undefined {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false });
  return found && `${String(found.dev)}:${String(found.ino)}`;
}
