import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type EntityManager, Not } from 'typeorm';
import type { AppConfig } from '../config/app-config.js';
import type { Dialect } from '../database/dialect.js';
import { generatedKey, keyFile, syncFolder } from '../database/generated-key.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { SEALED } from './sealed-columns.js';
import { SealingKey } from './sealing-key.entity.js';
import { noteKey } from './sealing-keys.js';
import { KEY_FILE, Vault } from './vault.js';

const SLICE = 500;

/**
 * Seals everything anew with the first key of ENCRYPTION_KEY; with a generated key file, puts a new key into it
 * first. Killed at any point, nothing is lost: until all is sealed anew, the old key stays beside the new one,
 * and the next call goes on. Resolves with the number of values.
 */
export async function rotateKey(config: AppConfig, unitOfWork: UnitOfWork): Promise<number> {
  const generated = config.encryptionKeys === undefined;
  if (generated) addKey(config);
  const vault = new Vault(config);
  await unitOfWork.transaction((manager) => noteKey(manager, vault.currentId));
  let resealed = 0;
  for (const { table, column } of SEALED) {
    for (let last = 0; last !== -1;) {
      const rows = await unitOfWork.transaction((manager) =>
        resealSlice(manager, unitOfWork.dialect, vault, table, column, last),
      );
      resealed += rows.filter(({ changed }) => changed).length;
      last = rows.length === SLICE ? (rows.at(-1)?.id ?? -1) : -1;
    }
  }
  await unitOfWork.transaction((manager) => manager.delete(SealingKey, { id: Not(vault.currentId) }));
  if (generated) keepFirstKey(config);
  return resealed;
}

async function resealSlice(
  manager: EntityManager,
  dialect: Dialect,
  vault: Vault,
  table: string,
  column: string,
  last: number,
): Promise<{ id: number; changed: boolean }[]> {
  const rows = await dialect.query<{ id: number; sealed: string }>(
    manager,
    `SELECT id, ${column} AS sealed FROM ${table} WHERE ${column} IS NOT NULL AND id > ? ORDER BY id LIMIT ${String(SLICE)}`,
    [last],
  );
  const old = rows.filter(({ sealed }) => !vault.isCurrent(sealed));
  const anew = old.map(({ id, sealed }) => {
    const owner = `${table}/${String(id)}`;
    return [id, vault.seal(vault.open(sealed, owner), owner)];
  });
  await dialect.change(
    manager,
    `UPDATE ${table} SET ${column} = anew.sealed
       FROM ${dialect.rows('anew', { id: 'integer', sealed: 'text' })}
      WHERE ${table}.id = anew.id`,
    [JSON.stringify(anew)],
  );
  const changed = new Set(old.map(({ id }) => id));
  return rows.map(({ id }) => ({ id, changed: changed.has(id) }));
}

const fileOf = (config: AppConfig): string => keyFile(config, KEY_FILE);

function addKey(config: AppConfig): void {
  replace(config, [
    randomBytes(32).toString('base64url'),
    ...generatedKey(config, KEY_FILE).trim().split('\n'),
  ]);
}

function keepFirstKey(config: AppConfig): void {
  replace(config, readFileSync(fileOf(config), 'utf8').split('\n').slice(0, 1));
}

/** Whole or not at all, as the file was made. */
function replace(config: AppConfig, keys: readonly string[]): void {
  const draft = `${fileOf(config)}.new`;
  writeFileSync(draft, keys.join('\n'), { mode: 0o600, flush: true });
  renameSync(draft, fileOf(config));
  syncFolder(dirname(fileOf(config)));
}
