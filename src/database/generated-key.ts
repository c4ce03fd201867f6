import { randomBytes, randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { AppConfig } from '../config/app-config.js';
import { KeyFileFault } from './key-file-fault.js';

/** As the settings ask of a key that is set by hand. */
const SHORTEST = 32;

/**
 * 256 random bits, made on the first start and kept beside the database in a file that only its owner can
 * read. Whole or not there at all: the file is linked into place, so no crash leaves a part of a key.
 *
 * @throws KeyFileFault
 */
export function generatedKey(config: AppConfig, name: string): string {
  const file = keyFile(config, name);
  const directory = dirname(file);
  if (!existsSync(file)) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const draft = `${file}.${randomUUID()}`;
    try {
      writeFileSync(draft, randomBytes(32).toString('base64url'), { mode: 0o600, flush: true });
      linkSync(draft, file);
    } catch (error) {
      // Another process made one at the same time; theirs is as good.
      if (!existsSync(file))
        throw new KeyFileFault(`The key ${file} cannot be written: ${(error as Error).message}.`);
    } finally {
      rmSync(draft, { force: true });
    }
    syncFolder(directory);
  }
  return whole(file, readFileSync(file, 'utf8'));
}

/** A key that was cut short, by a copy or a broken disk, must not be taken for one. @throws KeyFileFault */
function whole(file: string, text: string): string {
  for (const line of text.trim().split('\n')) {
    if (line.length < SHORTEST)
      throw new KeyFileFault(
        `The key ${file} is not whole: it has ${String(line.length)} characters, and needs ${String(SHORTEST)}. Put the file ` +
          'back as it was. If it is lost, remove it: then a new key is made, or you are told what still needs the old one.',
      );
  }
  return text;
}

/** Where a generated key is. With PostgreSQL there is none: the settings refuse to do without a key. */
export function keyFile({ database }: AppConfig, name: string): string {
  if (database.kind !== 'sqlite') throw new Error(`no ${name} is generated beside a server`);
  return join(dirname(database.file), name);
}

/** Makes what was made or renamed in a folder survive a power cut, where the system can. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}
