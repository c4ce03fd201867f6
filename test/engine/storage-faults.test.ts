import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import Database from 'better-sqlite3';
import { AppConfig } from '../../src/config/app-config.js';
import { generatedKey } from '../../src/database/generated-key.js';
import { LeaseLost, NodeLease } from '../../src/nodes/node-lease.js';
import type { RunDto } from '../../src/runs/dto/run.dto.js';
import type { SignedInClient } from '../support/api-client.js';
import { canMount, Disk } from '../support/disk.js';
import { removeFolder, scratchFolder } from '../support/scratch.js';
import { TestService } from '../support/test-service.js';
import { until } from '../support/until.js';

let service: TestService;
let user: SignedInClient;
beforeEach(async () => {
  service = await TestService.start();
  service.clock.set('2030-01-01T12:00:00Z');
  user = await service.api.newUser();
});
afterEach(async () => {
  Logger.overrideLogger(false);
  jest.restoreAllMocks();
  await service.stop();
});

/** Sets up every connection that writes. */
async function pragma(text: string): Promise<void> {
  for (const kind of ['transaction', 'bulk'] as const)
    await service.unitOfWork[kind]((manager) => manager.query(`PRAGMA ${text}`));
}

/** From now on the database takes no page more; most of what is in it is used up. */
async function fillDisk(): Promise<void> {
  const [row] = await service.dataSource.writer.query<{ page_count: number }[]>('PRAGMA page_count');
  await pragma(`max_page_count = ${String(row?.page_count)}`);
  for (let status = 200; status === 200;) {
    ({ status } = await user.post('/schedules', {
      ...{ title: 'filler', description: 'x'.repeat(5000), schedule_interval: '0 0 1 1 *' },
    }));
  }
}

const makeReadOnly = async (): Promise<void> => {
  await pragma('query_only = ON');
};

test.each([
  ['full disk', fillDisk, 'max_page_count = 1000000'],
  ['read-only database', makeReadOnly, 'query_only = OFF'],
] as const)(
  'a %s answers 503, turns health red, and loses nothing once it is mended',
  async (_name, breakIt, mend) => {
    const schedule = await user.newSchedule();
    await breakIt();

    const refused = await user.post('/schedules', {
      ...{ title: 'one more', description: 'x'.repeat(5000), schedule_interval: '* * * * *' },
    });
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('5');
    expect(refused.body.detail).toBe('The database cannot store this now; nothing was changed. Try again.');
    expect((await service.api.get('/health/ready')).status).toBe(503);

    // Reads go on, and what is due stays due.
    expect((await user.get(`/schedules/${String(schedule.id)}`)).status).toBe(200);
    service.clock.advance(60_000);
    if (mend.startsWith('query_only')) {
      await service.scheduler.sweep();
      expect((await user.get<RunDto[]>('/runs')).body).toEqual([]);
    }

    await pragma(mend);
    await service.tick();
    expect((await user.get<RunDto[]>(`/schedules/${String(schedule.id)}/runs`)).body).toMatchObject([
      { status: 'succeeded', scheduled_for: '2030-01-01T12:01:00.000Z' },
    ]);
    expect((await user.newSchedule()).id).toBeGreaterThan(schedule.id);
  },
);

test('outcomes that cannot be written are reported once, are written later, and no action is repeated for them', async () => {
  const errors: string[] = [];
  Logger.overrideLogger({
    log: () => undefined,
    warn: () => undefined,
    error: (text: string) => errors.push(text),
  });
  for (let n = 0; n < 5; n++) await user.newSchedule();
  const end = service.action.hang();
  service.clock.advance(60_000);
  await service.scheduler.sweep();
  await service.untilRuns('running', 5);
  await makeReadOnly();
  end();
  // Their first try has to fail before the database is mended.
  await until(() => errors.length > 0);
  expect((await user.get<RunDto>('/runs/1')).body.status).toBe('running');
  await pragma('query_only = OFF');
  await service.settled();
  expect((await user.get<RunDto[]>('/runs')).body).toMatchObject(
    Array.from({ length: 5 }, () => ({ status: 'succeeded', attempt: 1 })),
  );
  expect(service.action.calls).toHaveLength(5);
  expect(errors).toEqual([
    expect.stringMatching(/^Could not save run results; retrying every second .*readonly/),
  ]);
});

test('that this process cannot be written down as a node again is reported, and tried again', async () => {
  const errors: string[] = [];
  Logger.overrideLogger({
    log: () => undefined,
    warn: () => undefined,
    error: (text: string) => errors.push(text),
  });
  const node = service.app.get(NodeLease);
  jest.spyOn(node, 'hold').mockRejectedValueOnce(new LeaseLost('it was taken for dead'));
  jest.spyOn(node, 'renew').mockRejectedValueOnce(new Error('the disk is full'));
  const { id } = await user.newSchedule({ schedule_interval: '0 0 1 1 *' });
  await user.post(`/schedules/${String(id)}/run`);
  await service.settled();
  expect((await user.get<RunDto>('/runs/1')).body.status).toBe('succeeded');
  expect(errors).toEqual([expect.stringMatching(/^Could not save run results; .*the disk is full/)]);
});

(canMount ? describe : describe.skip)('a start on a full disk', () => {
  let disk: Disk;
  let onDisk: TestService;
  let errors: string[];
  const settings = (): Record<string, string> => ({
    DATABASE_URL: `file:${disk.folder}/scheduler.db`,
    SHUTDOWN_GRACE_SECONDS: '0',
  });
  beforeEach(async () => {
    disk = Disk.make(3);
    onDisk = await TestService.start(settings());
    onDisk.clock.set('2030-01-01T12:00:00Z');
    errors = [];
    // Also before there is an application, whose logger is another one.
    jest.spyOn(Logger.prototype, 'error').mockImplementation((text: unknown) => {
      errors.push(String(text));
    });
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    disk.makeRoom();
    await onDisk.stop();
    disk.remove();
  });

  test('after a kill: it starts, answers reads, is red, and goes on when there is room', async () => {
    const owner = await onDisk.api.newUser();
    const { id } = await owner.newSchedule();
    onDisk.action.hang();
    onDisk.clock.advance(60_000);
    await onDisk.scheduler.sweep();
    await onDisk.untilRuns('running', 1);
    // As a killed process does, this leaves the log and its index behind, and runs that are running.
    const other = new Database(`${disk.folder}/scheduler.db`, { readonly: true });
    other.prepare('SELECT count(*) FROM runs').get();
    await onDisk.app.close();
    disk.fill();

    onDisk = await onDisk.restart(settings());
    other.close();
    const client = onDisk.api.withToken(owner.bearer);
    expect((await client.get(`/schedules/${String(id)}`)).status).toBe(200);
    expect(await onDisk.api.get('/health/ready')).toMatchObject({
      status: 503,
      body: { details: { database: { status: 'down', message: expect.stringContaining('full') } } },
    });
    onDisk.clock.advance(60_000);
    await onDisk.scheduler.sweep();
    expect((await client.get<RunDto[]>('/runs')).body).toMatchObject([{ status: 'running' }]);
    expect(onDisk.action.calls).toEqual([]);
    expect(errors).toContainEqual(
      expect.stringMatching(/^the database cannot store, so nothing is run until it can: .*full/),
    );

    disk.makeRoom();
    await onDisk.tick();
    await onDisk.tick();
    expect((await client.get<RunDto[]>('/runs')).body).toMatchObject([
      { scheduled_for: '2030-01-01T12:02:00.000Z' },
      { scheduled_for: '2030-01-01T12:01:00.000Z', status: 'succeeded', attempt: 2 },
    ]);
  });

  test('without room to open the database: it waits, says so once, and starts when there is room', async () => {
    const owner = await onDisk.api.newUser();
    await onDisk.app.close();
    disk.fill();
    const starting = onDisk.restart(settings());
    await until(() => errors.length > 0);
    disk.makeRoom();
    onDisk = await starting;
    expect(errors).toEqual([
      expect.stringMatching(
        /^the disk of \S+ is full: the database cannot be opened \(.*\), and the start waits for room$/,
      ),
    ]);
    const client = onDisk.api.withToken(owner.bearer);
    expect((await client.post('/schedules/', { title: 'x', schedule_interval: '@yearly' })).status).toBe(200);
  });

  test('a key that does not fit is not written in part', () => {
    disk.fill();
    const config = new AppConfig(settings());
    expect(() => generatedKey(config, 'another-key')).toThrow(
      `The key ${disk.folder}/another-key cannot be written: ENOSPC`,
    );
    expect(readdirSync(disk.folder).filter((name) => name.startsWith('another-key'))).toEqual([]);
  });
});

test.each(['encryption-key', 'jwt-secret'])('a half-written %s is never used', (name) => {
  const folder = scratchFolder();
  const config = new AppConfig({ DATABASE_URL: `file:${folder}/scheduler.db` });
  const key = generatedKey(config, name);
  for (const left of ['', '\n', key.slice(0, 20), `${key}\n${key.slice(0, 20)}`]) {
    writeFileSync(join(folder, name), left);
    expect(() => generatedKey(config, name)).toThrow(`The key ${folder}/${name} is not whole: it has `);
  }
  writeFileSync(join(folder, name), `${key}\n`);
  expect(generatedKey(config, name)).toBe(`${key}\n`);
  removeFolder(folder);
});
