import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { RunQueue } from '../../src/run-queue/run-queue.js';
import { Recovery } from '../../src/runs/recovery.js';
import type { RunDto } from '../../src/runs/dto/run.dto.js';
import { Claimer } from '../../src/scheduler/claimer.js';
import type { ScheduleDto } from '../../src/schedules/dto/schedule.dto.js';
import type { SignedInClient } from '../support/api-client.js';
import { insertSchedules } from '../support/many-schedules.js';
import { recordStatements } from '../support/statements.js';
import { until } from '../support/until.js';
import { onPostgres } from '../support/test-database.js';
import { TestService } from '../support/test-service.js';

let service: TestService;
let user: SignedInClient;
beforeEach(async () => {
  service = await TestService.start();
  service.clock.set('2030-01-01T12:00:00Z');
  user = await service.api.newUser();
});
afterEach(() => service.stop());

const runs = async (query = ''): Promise<RunDto[]> => (await user.get<RunDto[]>(`/runs${query}`)).body;
const count = async (where: string): Promise<number> => {
  const [row] = await service.query<{ n: number }>(`SELECT count(*) AS n FROM runs WHERE ${where}`);
  return row?.n ?? -1;
};

const CLAIM = ['SELECT', 'INSERT', 'UPDATE'];
/** Where others could take this process for dead, it looks first whether they did. */
const START = onPostgres ? ['SELECT', 'UPDATE'] : ['UPDATE'];

test.each([
  [1, [...CLAIM, ...START]],
  [499, [...CLAIM, ...START]],
  [500, CLAIM],
])('a slice of %d takes as many statements as one of any size', async (size, expected) => {
  await insertSchedules(service, size, service.clock.now());
  const statements = recordStatements(service.dataSource.writer);
  await service.scheduler.claimDue();
  const claim = statements.slice(0, statements.indexOf('COMMIT') + 1);
  expect(claim.map((sql) => sql.trim().split(/\s/)[0])).toEqual(['BEGIN', ...expected, 'COMMIT']);
  await service.settled();
  expect(await count(`status = 'succeeded'`)).toBe(size);
});

test('more than a slice is claimed in one go, each schedule once', async () => {
  await insertSchedules(service, 1234, service.clock.now());
  await service.tick();
  expect(await count(`status = 'succeeded'`)).toBe(1234);
  expect(await count('1 = 1')).toBe(1234);
  await service.tick();
  expect(await count('1 = 1')).toBe(1234);
});

test('many runs share few commits', async () => {
  await insertSchedules(service, 500, service.clock.now());
  const statements = recordStatements(service.dataSource.writer);
  await service.tick();
  // One for the claim, and starts and outcomes in waves of the run concurrency.
  expect(statements.filter((sql) => sql === 'COMMIT').length).toBeLessThan(15);
});

test('a run that finds a place is started by the commit that makes it', async () => {
  await insertSchedules(service, 1, service.clock.now());
  const statements = recordStatements(service.dataSource.writer);
  await service.scheduler.claimDue();
  await service.settled();
  expect(statements.filter((sql) => sql === 'COMMIT')).toHaveLength(2);
  expect(await runs()).toMatchObject([{ status: 'succeeded', attempt: 1, lateness_ms: 0 }]);
});

test('the last slice of a herd does not overtake the others', async () => {
  await service.stop();
  service = await TestService.start({ RUN_CONCURRENCY: '5' });
  user = await service.api.newUser();
  await insertSchedules(service, 501, service.clock.now());
  const end = service.action.hang();
  await service.scheduler.claimDue();
  await service.untilRuns('running', 5);
  const running = await service.query<{ id: number }>(
    `SELECT id FROM runs WHERE status = 'running' ORDER BY id`,
  );
  expect(running.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5]);
  end();
  await service.settled();
});

test('a claim that cannot be stored leaves nothing behind, and is made up for', async () => {
  await insertSchedules(service, 3, service.clock.now());
  await service.write(
    onPostgres
      ? `ALTER TABLE schedules ADD CONSTRAINT disk_full CHECK (last_run IS NULL)`
      : `CREATE TRIGGER disk_full BEFORE UPDATE ON schedules BEGIN SELECT RAISE(ABORT, 'disk_full'); END`,
  );
  await expect(service.scheduler.claimDue()).rejects.toThrow('disk_full');
  expect(await count('1 = 1')).toBe(0);
  await service.write(
    onPostgres ? 'ALTER TABLE schedules DROP CONSTRAINT disk_full' : 'DROP TRIGGER disk_full',
  );
  await service.tick();
  expect(await count(`status = 'succeeded'`)).toBe(3);
});

test('a schedule whose next occurrence cannot be computed stops, says why, and holds up no other', async () => {
  await insertSchedules(service, 1, service.clock.now(), { schedule_interval: 'what an older version took' });
  const good = await user.newSchedule({ schedule_interval: '* * * * *' });
  service.clock.advance(60_000);
  await service.tick();
  expect(await runs('?schedule_id=1')).toMatchObject([
    { status: 'missed', error: expect.stringMatching(/cannot be computed/) },
  ]);
  expect(await runs(`?schedule_id=${String(good.id)}`)).toMatchObject([{ status: 'succeeded' }]);
});

test('an occurrence that has its row never gets another, also when the clock goes back', async () => {
  const schedule = await user.newSchedule({ schedule_interval: '* * * * *' });
  service.clock.set('2030-01-01T12:01:00Z');
  await service.tick();
  service.clock.set('2030-01-01T12:00:10Z');
  await user.patch(`/schedules/${String(schedule.id)}`, { timezone: 'Europe/Berlin' });
  service.clock.set('2030-01-01T12:01:00Z');
  await service.tick();
  service.clock.set('2030-01-01T12:02:00Z');
  await service.tick();
  expect((await runs()).map(({ scheduled_for }) => scheduled_for)).toEqual([
    '2030-01-01T12:02:00.000Z',
    '2030-01-01T12:01:00.000Z',
  ]);
});

test.each([
  ['pause', (path: string) => user.patch(path, { enabled: false })],
  ['completion', (path: string) => user.patch(path, { is_completed: true })],
  ['deletion', (path: string) => user.delete(path)],
  ['change of interval', (path: string) => user.patch(path, { schedule_interval: '0 0 1 1 *' })],
])('a %s counts for the very next occurrence, though its alarm is set', async (_change, change) => {
  const schedule = await user.newSchedule({ schedule_interval: '* * * * *' });
  await change(`/schedules/${String(schedule.id)}`);
  service.clock.advance(60_000);
  await service.tick();
  expect(await runs()).toEqual([]);
});

test('last_run is when the latest run was claimed, next_run when the next is due', async () => {
  const schedule = await user.newSchedule({ schedule_interval: '* * * * *' });
  service.clock.set('2030-01-01T12:01:00.007Z');
  await service.tick();
  expect((await user.get<ScheduleDto>(`/schedules/${String(schedule.id)}`)).body).toMatchObject({
    last_run: '2030-01-01T12:01:00.007Z',
    next_run: '2030-01-01T12:02:00.000Z',
    updated_at: schedule.updated_at,
  });
});

test('a slice that cannot be handed over keeps no other from being executed, and its runs are offered again', async () => {
  await insertSchedules(service, 1234, service.clock.now());
  const add = jest.spyOn(service.app.get(RunQueue), 'add').mockImplementationOnce(() => {
    throw new Error('no listener should throw');
  });
  await service.scheduler.claimDue();
  await service.untilRuns('succeeded', 734);
  expect(await count(`status = 'queued'`)).toBe(500);
  add.mockRestore();
  service.clock.advance(10_000);
  await service.tick();
  await service.untilRuns('succeeded', 1234);
});

test('while a sweep waits for a claim no other one begins, and the next one does after it', async () => {
  const requeue = jest.spyOn(service.app.get(Recovery), 'requeue');
  let finish = (): void => undefined;
  const waiting = new Promise<void>((resolve) => (finish = resolve));
  const claimer = service.app.get(Claimer);
  const claim = claimer.claimSlice.bind(claimer);
  const slow = jest.spyOn(claimer, 'claimSlice').mockImplementation(async (mayStart) => {
    await waiting;
    return claim(mayStart);
  });
  const first = service.scheduler.sweepInTurn();
  await until(() => slow.mock.calls.length === 1);
  const before = requeue.mock.calls.length;
  await service.scheduler.sweepInTurn();
  finish();
  await first;
  expect(requeue).toHaveBeenCalledTimes(before + 1);
  await service.scheduler.sweepInTurn();
  expect(requeue).toHaveBeenCalledTimes(before + 2);
  jest.restoreAllMocks();
});
