import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { backUp as makeBackup, BackupRefused } from '../../src/database/sqlite-backup.js';
import type { SignedInClient } from '../support/api-client.js';
import { runCommand } from '../support/command.js';
import { canMount, Disk } from '../support/disk.js';
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
  jest.restoreAllMocks();
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

/** What makes a copy good: it is whole, and has the schedules that were there. */
function schedulesIn(copy: string): unknown {
  const database = new Database(copy, { readonly: true, fileMustExist: true });
  expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
  const count = database.prepare('SELECT count(*) FROM schedules').pluck().get();
  database.close();
  return count;
}

test('of several backups to one name at the same time one is made and is whole, the others say so', async () => {
  await user.newSchedule();
  for (let round = 0; round < 2; round++) {
    const name = `copy${String(round)}.db`;
    const answers = await Promise.all(Array.from({ length: 3 }, () => backUp(name)));
    expect(answers.map(({ status }) => status).sort()).toEqual([0, 1, 1]);
    for (const { status, stderr } of answers)
      expect(stderr).toBe(status === 0 ? '' : refusal(`${name} is there already: nothing is overwritten.`));
    expect(schedulesIn(join(folder, name))).toBe(1);
  }
  expect(readdirSync(folder).sort()).toEqual(['copy0.db', 'copy1.db']);
});

const refusal = (line: string): string => `There is no backup.\n${line}\n`;

test('what a killed backup left does no harm, and is never taken for a copy', async () => {
  await user.newSchedule();
  for (const left of ['copy.db.partial', 'copy.db.0.partial', 'copy.db.0.partial-journal'])
    writeFileSync(join(folder, left), 'half of it');
  expect(await backUp('copy.db')).toMatchObject({ status: 0, stderr: '' });
  expect(schedulesIn(join(folder, 'copy.db'))).toBe(1);
});

test.each([
  ['is empty', (copy: Database.Database) => copy.exec('DROP TABLE users; DROP TABLE schedules'), 'tables'],
  ['lacks rows', (copy: Database.Database) => copy.exec('DELETE FROM schedules'), 'schedules: 0 rows'],
])('a copy that %s is not kept', async (_what, spoil, why) => {
  await user.newSchedule();
  const backup = Reflect.get(Database.prototype, 'backup');
  jest.spyOn(Database.prototype, 'backup').mockImplementation(async function (this: Database.Database, to) {
    const made = await backup.call(this, to);
    const copy = new Database(to);
    copy.pragma('foreign_keys = OFF');
    spoil(copy);
    copy.close();
    return made;
  });
  await expect(
    makeBackup(String(service.dataSource.options.database), join(folder, 'copy.db')),
  ).rejects.toThrow(why);
  expect(readdirSync(folder)).toEqual([]);
});

test('nothing is overwritten, and what cannot be made leaves nothing behind', async () => {
  expect((await backUp('copy.db')).status).toBe(0);
  const { size } = statSync(join(folder, 'copy.db'));
  const again = await backUp('copy.db');
  expect([again.status, again.stderr]).toEqual([
    1,
    refusal('copy.db is there already: nothing is overwritten.'),
  ]);
  expect(statSync(join(folder, 'copy.db')).size).toBe(size);
  expect(readdirSync(folder)).toEqual(['copy.db']);
});

/** Why no copy is made, in the words of the command. */
async function refused(to: string, file = source()): Promise<string> {
  const error: unknown = await makeBackup(file, to.startsWith('/') ? to : join(folder, to)).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(BackupRefused);
  return (error as Error).message.replaceAll(folder, '…');
}
const source = (): string => String(service.dataSource.options.database);

describe('a target that cannot be one is refused in one line', () => {
  test('a folder that is not there, and one that is no folder', async () => {
    expect(await refused('no/copy.db')).toBe('The folder …/no does not exist: make it first.');
    writeFileSync(join(folder, 'file'), '');
    expect(await refused('file/copy.db')).toBe('…/file is not a folder.');
    mkdirSync(join(folder, 'sub'));
    expect(await refused('sub')).toBe('…/sub is a folder: name a file in it.');
    expect(readdirSync(folder).sort()).toEqual(['file', 'sub']);
  });

  test('the database itself, by its name, a link or another name, and the files beside it', async () => {
    symlinkSync(source(), join(folder, 'link.db'));
    linkSync(source(), join(folder, 'name.db'));
    for (const to of [source(), join(folder, 'link.db'), join(folder, 'name.db')])
      expect(await refused(to)).toMatch(/ is the database itself: a copy needs a file of its own\.$/);
    for (const suffix of ['-wal', '-shm', '-journal', '.lock'])
      expect(await refused(source() + suffix)).toMatch(
        / belongs to the database: a copy needs a name of its own\.$/,
      );
    symlinkSync('nowhere', join(folder, 'dangling.db'));
    expect(await refused('dangling.db')).toBe('…/dangling.db is there already: nothing is overwritten.');
    expect(existsSync(join(folder, 'nowhere'))).toBe(false);
  });

  test('a database that is not there, is none, or is empty', async () => {
    const from = (name: string): Promise<string> => refused('copy.db', join(folder, name));
    expect(await from('none.db')).toBe('There is no database …/none.db.');
    writeFileSync(join(folder, 'text.db'), 'some text, which is long enough to be looked at'.repeat(100));
    expect(await from('text.db')).toBe('…/text.db is not a SQLite database.');
    writeFileSync(join(folder, 'empty.db'), '');
    expect(await from('empty.db')).toBe('…/empty.db is empty: there is nothing to copy.');
    new Database(join(folder, 'blank.db')).pragma('journal_mode = WAL');
    expect(await from('blank.db')).toBe('…/blank.db is empty: there is nothing to copy.');
    expect(readdirSync(folder).filter((name) => name.includes('copy'))).toEqual([]);
  });
});

(canMount ? describe : describe.skip)('on a disk that takes nothing', () => {
  let disk: Disk;
  beforeEach(() => {
    disk = Disk.make(4);
  });
  afterEach(() => {
    disk.remove();
  });

  test('that is full: nothing is left on it', async () => {
    disk.fill(65_536);
    const before = readdirSync(disk.folder);
    expect(await refused(`${disk.folder}/copy.db`)).toBe(
      `The disk of ${disk.folder} is full: the copy needs as much room as the database has.`,
    );
    expect(readdirSync(disk.folder)).toEqual(before);
  });

  test('that is read-only', async () => {
    disk.makeReadOnly();
    expect(await refused(`${disk.folder}/copy.db`)).toBe(
      `${disk.folder} is read-only: name a file in another folder.`,
    );
  });
});
