import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { MigrationInterface } from 'typeorm';

type MigrationClass = new () => MigrationInterface;

const FOLDER = join(import.meta.dirname, '../../migrations');

/** Every migration there is, oldest first: whatever stands in the folder, whose names start with a time. */
export const MIGRATIONS = { sqlite: await all('sqlite'), postgres: await all('postgres') };

async function all(dialect: string): Promise<MigrationClass[]> {
  const folder = join(FOLDER, dialect);
  const files = readdirSync(folder).filter((file) => /^\d+-\w+\.[jt]s$/.test(file));
  return Promise.all(files.sort().map((file) => load(join(folder, file))));
}

async function load(file: string): Promise<MigrationClass> {
  const module = (await import(pathToFileURL(file).href)) as Record<string, MigrationClass>;
  const [migration] = Object.values(module);
  if (!migration) throw new Error(`${file} exports no migration`);
  return migration;
}
