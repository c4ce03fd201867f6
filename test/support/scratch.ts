import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for the data of one test. */
export const scratchFolder = (): string => mkdtempSync(join(tmpdir(), 'scheduler-test-'));

export const removeFolder = (folder: string): void => {
  rmSync(folder, { recursive: true, force: true });
};
