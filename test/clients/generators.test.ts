import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { removeFolder, scratchFolder } from '../support/scratch.js';

const ROOT = join(import.meta.dirname, '../..');

interface OpenApi {
  paths: Record<string, Record<string, { operationId?: string }>>;
}

const folder = scratchFolder();
afterAll(() => {
  removeFolder(folder);
});

test('what has no operationId, or another’s, is named by method and path before any generator is asked', () => {
  const document = JSON.parse(readFileSync(join(ROOT, 'openapi.json'), 'utf8')) as OpenApi;
  delete document.paths['/schedules/{id}']?.['get']?.operationId;
  Object.assign(document.paths['/runs']?.['get'] ?? {}, { operationId: 'listSchedules' });
  const file = join(folder, 'openapi.json');
  writeFileSync(file, JSON.stringify(document));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(ROOT, 'scripts/other-generators.mjs'), file],
    { encoding: 'utf8' },
  );
  expect([status, stdout, stderr.trim().split('\n').sort()]).toEqual([
    1,
    '',
    [
      'GET /runs has the operationId listSchedules, which is that of GET /schedules',
      'GET /schedules/{id} has no operationId',
    ],
  ]);
});
