import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { MigrationInterface } from 'typeorm';

type MigrationClass = new () => MigrationInterface;

const FOLDER = join(import.meta.dirname, '../../migrations/sqlite');

/** Every migration there is, oldest first: whatever stands in the folder, whose names start with a time. */
export const MIGRATIONS: MigrationClass[] = await Promise.all(
  readdirSync(FOLDER)
    .filter((file) => /^\d+-\w+\.[jt]s$/.test(file))
    .sort()
    .map(load),
);

async function load(file: string): Promise<MigrationClass> {
  const module = (await import(pathToFileURL(join(FOLDER, file)).href)) as Record<string, MigrationClass>;
  const [migration] = Object.values(module);
  if (!migration) throw new Error(`${file} exports no migration`);
  return migration;
}
