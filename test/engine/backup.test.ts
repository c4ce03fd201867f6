import { copyFileSync, existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import type { SignedInClient } from '../support/api-client.js';
import { runCommand } from '../support/command.js';
import { removeFolder, scratchFolder } from '../support/scratch.js';
import { TestService } from '../support/test-service.js';

let folder: string;
let service: TestService;
let user: SignedInClient;
beforeEach(async () => {
  folder = scratchFolder();
  service = await TestService.start();
  user = await service.api.newUser();
});
afterEach(async () => {
  await service.stop();
  removeFolder(folder);
});

const backUp = (to: string): ReturnType<typeof runCommand> =>
  runCommand('backup', [to], { DATABASE_URL: `file:${String(service.dataSource.options.database)}` }, folder);

test('a copy of one instant, while the service writes; the keys are mentioned', async () => {
  const { id: before } = await user.newSchedule();
  let done = false as boolean;
  const writing = (async () => {
    while (!done) await user.post(`/schedules/${String(before)}/run`);
  })();
  const { status, stdout, stderr } = await backUp('copy.db');
  done = true;
  await writing;
  expect(stderr).toBe('');
  expect(status).toBe(0);
  expect(stdout).toContain(join(dirname(String(service.dataSource.options.database)), 'encryption-key'));

  const copy = join(folder, 'copy.db');
  expect(statSync(copy).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['copy.db']);
  const database = new Database(copy, { readonly: true });
  expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
  // A run and its entry in the audit log are stored together.
  const [runs, entries] = ['runs', `audit_log WHERE action = 'run.trigger'`].map((table) =>
    database.prepare(`SELECT count(*) FROM ${table}`).pluck().get(),
  );
  expect(runs).toBe(entries);
  database.close();

  const beside = dirname(String(service.dataSource.options.database));
  for (const key of ['encryption-key', 'jwt-secret']) copyFileSync(join(beside, key), join(folder, key));
  const restored = await TestService.start({ DATABASE_URL: `file:${copy}` });
  expect((await restored.api.signIn(user.user.email, user.password)).user.id).toBe(user.user.id);
  await restored.stop();
});

test('nothing is overwritten, and what cannot be made leaves nothing behind', async () => {
  expect((await backUp('copy.db')).status).toBe(0);
  const { size } = statSync(join(folder, 'copy.db'));
  const again = await backUp('copy.db');
  expect([again.status, again.stderr]).toEqual([1, expect.stringContaining('is there already')]);
  expect(statSync(join(folder, 'copy.db')).size).toBe(size);
  expect((await backUp('no/such/folder/copy.db')).status).toBe(1);
  expect(existsSync(join(folder, 'no'))).toBe(false);
  expect(readdirSync(folder)).toEqual(['copy.db']);
});
