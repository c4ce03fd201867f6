import { randomUUID } from 'node:crypto';
import {
  type BigIntStats,
  closeSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { syncFolder } from './generated-key.js';

/** Nothing is smaller than the largest number of pages: the copy is made in one go, of one instant. */
const ALL_PAGES = 0x7fff_ffff;

/** Files that SQLite and the service keep beside a database: what lies there is taken for a part of it. */
const BESIDE = ['-wal', '-shm', '-journal', '.lock'];

/** A backup that cannot be made, in words for the person who asked for it. */
export class BackupRefused extends Error {
  override readonly name = 'BackupRefused';
}

/**
 * Copies a SQLite database to another file, as it is at one instant, while a service works on it: neither waits for the
 * other. The copy is compared with its source, checked and on disk when the promise resolves, or not there: it is made under
 * a name that nobody else uses, and gets its own when it is good. So several backups do not disturb each other, and one
 * that is killed leaves at most `<name>.<random>.partial`, which nobody reads.
 *
 * @throws BackupRefused when there is no database, there is such a file already, or the copy cannot be made
 */
export async function backUp(file: string, to: string): Promise<void> {
  const target = resolve(to);
  checkTarget(file, to);
  const draft = join(dirname(target), `${basename(target)}.${randomUUID()}.partial`);
  try {
    await copy(file, draft);
    // Fails, where renaming would overwrite, when somebody else made that file meanwhile.
    linkSync(draft, target);
  } catch (error) {
    throw inWords(error, file, to);
  } finally {
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(draft + suffix, { force: true });
  }
  syncFolder(dirname(target));
}

/** @throws BackupRefused */
function checkTarget(file: string, to: string): void {
  const source = stat(file);
  if (!source) throw new BackupRefused(`There is no database ${file}.`);
  if (source.size === 0n) throw new BackupRefused(`${file} is empty: there is nothing to copy.`);
  if (BESIDE.some((suffix) => resolve(to) === resolve(file + suffix)))
    throw new BackupRefused(`${to} belongs to the database: a copy needs a name of its own.`);
  const there = stat(to);
  if (there?.ino === source.ino && there.dev === source.dev)
    throw new BackupRefused(`${to} is the database itself: a copy needs a file of its own.`);
  if (there?.isDirectory()) throw new BackupRefused(`${to} is a folder: name a file in it.`);
  const folder = dirname(resolve(to));
  const found = stat(folder);
  if (!found) throw new BackupRefused(`The folder ${folder} does not exist: make it first.`);
  if (!found.isDirectory()) throw new BackupRefused(`${folder} is not a folder.`);
  if (there ?? lstatSync(to, { throwIfNoEntry: false })) throw alreadyThere(to);
}

const alreadyThere = (to: string): BackupRefused =>
  new BackupRefused(`${to} is there already: nothing is overwritten.`);

function stat(file: string): BigIntStats | undefined {
  try {
    return statSync(file, { bigint: true });
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return undefined;
    throw inWords(error, file, file);
  }
}

/** @throws BackupRefused, or what SQLite says */
async function copy(file: string, draft: string): Promise<void> {
  const source = new Database(file, { readonly: true, fileMustExist: true });
  try {
    // What is read from here on, by the copy as well, is the database as it is at the first of these statements.
    source.exec('BEGIN');
    const tables = tablesOf(source);
    if (tables.length === 0) throw new BackupRefused(`${file} is empty: there is nothing to copy.`);
    // The system says why it makes no file here; SQLite only says that there is none.
    closeSync(openSync(draft, 'wx', 0o600));
    await source.backup(draft, { progress: () => ALL_PAGES });
    check(source, draft);
  } finally {
    source.close();
  }
  const descriptor = openSync(draft, 'r+');
  fsyncSync(descriptor);
  closeSync(descriptor);
}

/** @throws BackupRefused when the copy is not as its source, or damaged, as its source then is */
function check(source: Database.Database, draft: string): void {
  const copy = new Database(draft, { fileMustExist: true });
  try {
    // One file, which can be moved, instead of one with a log beside it.
    copy.pragma('journal_mode = DELETE');
    const found = String(copy.pragma('integrity_check(1)', { simple: true }));
    if (found !== 'ok') throw new BackupRefused(`The database is damaged: ${found}. There is no copy of it.`);
    const difference = differenceOf(source, copy);
    if (difference !== undefined)
      throw new BackupRefused(
        `The copy is not as the database is (${difference}), so it was removed. Try again.`,
      );
  } finally {
    copy.close();
  }
}

function differenceOf(source: Database.Database, copy: Database.Database): string | undefined {
  const tables = tablesOf(source);
  if (JSON.stringify(tables) !== JSON.stringify(tablesOf(copy))) return 'its tables differ';
  for (const { type, name } of tables) {
    if (type !== 'table') continue;
    const [there, here] = [source, copy].map((database) =>
      String(database.prepare(`SELECT count(*) FROM "${name}"`).pluck().get()),
    );
    if (there !== here) return `${name}: ${here ?? ''} rows instead of ${there ?? ''}`;
  }
  return undefined;
}

interface SchemaRow {
  readonly type: string;
  readonly name: string;
  readonly sql: string | null;
}

const tablesOf = (database: Database.Database): SchemaRow[] =>
  database.prepare<[], SchemaRow>('SELECT type, name, sql FROM sqlite_master ORDER BY type, name').all();

function inWords(error: unknown, file: string, to: string): Error {
  const folder = dirname(resolve(to));
  const words: Readonly<Record<string, string>> = {
    EACCES: `This user may not write in ${folder}: give it the right to, or name a file in another folder.`,
    EROFS: `${folder} is read-only: name a file in another folder.`,
    EDQUOT: `The quota of this user in ${folder} is used up: the copy needs as much room as the database has.`,
    ENOSPC: `The disk of ${folder} is full: the copy needs as much room as the database has.`,
    EPERM: `${folder} takes no links, by which a copy gets its name when it is good: name a file on another disk.`,
    SQLITE_NOTADB: `${file} is not a SQLite database.`,
  };
  const code = codeOf(error);
  if (code === 'EEXIST') return alreadyThere(to);
  const known = words[code] ?? (code === 'SQLITE_FULL' ? words['ENOSPC'] : undefined);
  return known === undefined ? (error as Error) : new BackupRefused(known);
}

const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code);
