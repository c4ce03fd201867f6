import { existsSync, linkSync, openSync, closeSync, fsyncSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { syncFolder } from './generated-key.js';

/** Nothing is smaller than the largest number of pages: the copy is made in one go, of one instant. */
const ALL_PAGES = 0x7fff_ffff;

/**
 * Copies a SQLite database to another file, as it is at one instant, while a service works on it: neither waits for the
 * other. The copy is whole, checked and on disk when the promise resolves, or not there.
 *
 * @throws Error when there is no database, there is such a file already, or the copy cannot be made
 */
export async function backUp(file: string, to: string): Promise<void> {
  if (existsSync(to)) throw new Error(`${to} is there already: nothing is overwritten`);
  const draft = `${resolve(to)}.partial`;
  rmSync(draft, { force: true });
  const source = new Database(file, { readonly: true, fileMustExist: true });
  try {
    await source.backup(draft, { progress: () => ALL_PAGES });
    check(draft);
    // Fails, where renaming would overwrite, when somebody else made that file meanwhile.
    linkSync(draft, to);
    syncFolder(dirname(resolve(to)));
  } finally {
    source.close();
    for (const suffix of ['', '-wal', '-shm']) rmSync(draft + suffix, { force: true });
  }
}

/** @throws Error when the copy is damaged, as its original then is */
function check(file: string): void {
  const copy = new Database(file);
  // One file, which can be moved, instead of one with a log beside it.
  copy.pragma('journal_mode = DELETE');
  const found = String(copy.pragma('quick_check(1)', { simple: true }));
  copy.close();
  if (found !== 'ok') throw new Error(`the database is damaged: ${found}`);
  const descriptor = openSync(file, 'r+');
  fsyncSync(descriptor);
  closeSync(descriptor);
}
