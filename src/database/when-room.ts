import { statfsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';

const AGAIN_MS = 1000;

/** What SQLite needs at least to open a database: the index of its log, and a first page of each. */
const NEEDED_BYTES = 65_536;

/**
 * Does what needs a little room in a folder, and waits for that room while its disk is full, saying so once. SQLite cannot even
 * read without it.
 */
export async function whenRoom<T>(folder: string, work: () => Promise<T>): Promise<T> {
  for (let told = false; ; told = true) {
    try {
      return await work();
    } catch (error) {
      if (!isFull(folder)) throw error;
      if (!told)
        new Logger('Database').error(
          `the disk of ${folder} is full: the database cannot be opened (${String(error)}), and the start waits for room`,
        );
      await delay(AGAIN_MS);
    }
  }
}

function isFull(folder: string): boolean {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize < NEEDED_BYTES;
}
