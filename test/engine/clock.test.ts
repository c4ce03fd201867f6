import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { Metrics } from '../../src/metrics/metrics.js';
import type { RunDto } from '../../src/runs/dto/run.dto.js';
import { fromInstantText, instantText } from '../../src/database/columns.js';
import { SCHEDULE_UPDATED, type ScheduleEvent } from '../../src/schedules/schedule.events.js';
import type { ScheduleDto } from '../../src/schedules/dto/schedule.dto.js';
import { ClockSteps } from '../../src/scheduler/clock-steps.js';
import type { SignedInClient } from '../support/api-client.js';
import { insertSchedules } from '../support/many-schedules.js';
import { recordStatements } from '../support/statements.js';
import { TestService } from '../support/test-service.js';
import { until } from '../support/until.js';

let service: TestService;
let user: SignedInClient;
beforeEach(async () => {
  service = await TestService.start();
  service.clock.set('2030-01-01T12:00:30Z');
  user = await service.api.newUser();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await service.stop();
});

/** By the database itself: to the API, who is signed in here is not any more once the clock is days ahead. */
const history = async (): Promise<string[]> => {
  const rows = await service.query<{ scheduled_for: string | Date; status: string; missed_count: number }>(
    'SELECT scheduled_for, status, missed_count FROM runs ORDER BY scheduled_for, id',
  );
  return rows.map(
    ({ scheduled_for, status, missed_count }) =>
      `${fromInstantText(scheduled_for).toISOString().slice(11, 16)} ${status} ${String(missed_count)}`,
  );
};

const nextRun = async (id: number): Promise<string | undefined> => {
  const [row] = await service.query<{ next_run: string | Date | null }>(
    'SELECT next_run FROM schedules WHERE id = ?',
    [id],
  );
  return row?.next_run ? fromInstantText(row.next_run).toISOString() : undefined;
};

test('a clock that steps forward makes the latest occurrence run, and accounts for the others', async () => {
  await user.newSchedule();
  service.clock.advance(3_600_000);
  await service.tick();
  expect(await history()).toEqual(['12:01 missed 59', '13:00 succeeded 0']);
});

/** Lets minutes pass, with a sweep in each. */
async function minutes(count: number): Promise<void> {
  for (let minute = 0; minute < count; minute++) {
    service.clock.advance(60_000);
    await service.tick();
  }
}

const DAYS = 2 * 86_400_000;

const stepsBack = async (): Promise<number> =>
  (await service.app.get(Metrics).clockSteps.get()).values[0]?.value ?? 0;

test('a clock that is set back makes nothing run twice, and what is due by it runs', async () => {
  await user.newSchedule();
  await minutes(2);
  service.clock.step(-120_000);
  await minutes(4);
  expect(await history()).toEqual(['12:01', '12:02', '12:03', '12:04'].map((at) => `${at} succeeded 0`));
});

test('a forward step that is taken back leaves no schedule silent', async () => {
  const { id } = await user.newSchedule();
  await minutes(1);
  service.clock.step(DAYS);
  await service.tick();
  expect(await history()).toEqual(['12:01 succeeded 0', '12:02 missed 2879', '12:01 succeeded 0']);
  expect(await nextRun(id)).toBe('2030-01-03T12:02:00.000Z');
  const told: ScheduleEvent[] = [];
  service.app.get(EventEmitter2).on(SCHEDULE_UPDATED, (event: ScheduleEvent) => told.push(event));
  service.clock.step(-DAYS);
  await service.tick();
  expect(told).toEqual([{ id, next_run: new Date('2030-01-01T12:02:00Z') }]);
  expect(await nextRun(id)).toBe('2030-01-01T12:02:00.000Z');
  expect(await stepsBack()).toBe(1);
  await minutes(3);
  const runs = await history();
  expect(runs).toEqual([...['12:01', '12:02', '12:03', '12:04'], '12:01'].map((at) => `${at} succeeded 0`));

  // What ran two days early is not run again when its time comes.
  service.clock.set('2030-01-03T12:00:30Z');
  await service.tick();
  await minutes(2);
  expect((await history()).slice(4)).toEqual([
    ...['12:05 missed 2875', '12:00 succeeded 0', '12:01 succeeded 0', '12:02 succeeded 0'],
  ]);
  expect(await stepsBack()).toBe(1);
});

test('schedules whose times are costly to compute come back in several short transactions', async () => {
  const later = new Date(service.clock.now().getTime() + DAYS);
  await insertSchedules(service, 40, later);
  await service.tick();
  // The rules of each have to be loaded.
  const zones = Intl.supportedValuesOf('timeZone').filter((zone) => zone.startsWith('America/'));
  const cases = zones.slice(0, 40).map((zone, n) => `WHEN ${String(n)} THEN '${zone}'`);
  await service.write(`UPDATE schedules SET timezone = CASE id % 40 ${cases.join(' ')} END`);
  service.clock.step(DAYS / 2);
  service.app.get(ClockSteps).look();
  service.clock.step(-DAYS / 2);
  const statements = recordStatements(service.dataSource.writer);
  await service.app.get(ClockSteps).mend();
  // Three slices, and the retries.
  expect(statements.filter((sql) => sql === 'COMMIT')).toHaveLength(4);
  const left = 'SELECT id FROM schedules WHERE next_run >= ?';
  expect(await service.query(left, [instantText(later)])).toEqual([]);
});

test('a step forward and back between two sweeps is noticed, and one while the service was down', async () => {
  const { id } = await user.newSchedule();
  await service.tick();
  service.clock.step(DAYS);
  await service.scheduler.claimDue();
  await service.settled();
  service.clock.step(-DAYS);
  await service.tick();
  expect(await nextRun(id)).toBe('2030-01-01T12:01:00.000Z');

  service.clock.step(2 * DAYS);
  await service.tick();
  service.clock.step(-2 * DAYS);
  service = await service.restart();
  await until(async () => (await nextRun(id)) === '2030-01-01T12:01:00.000Z');
});

test('a schedule that this build cannot read keeps no other from coming back, and nothing from being claimed', async () => {
  const unreadable = await user.newSchedule();
  const { id } = await user.newSchedule();
  service.clock.step(DAYS);
  await service.tick();
  // As after an upgrade whose zone data no longer has the zone.
  await service.write(`UPDATE schedules SET timezone = 'Not/There' WHERE id = ?`, [unreadable.id]);
  service.clock.step(-DAYS);
  await service.tick();
  expect(await nextRun(id)).toBe('2030-01-01T12:01:00.000Z');
  expect(await nextRun(unreadable.id)).toBe('2030-01-03T12:01:00.000Z');
  await minutes(1);
  expect(await service.query('SELECT schedule_id, status FROM runs ORDER BY id DESC LIMIT 1')).toEqual([
    { schedule_id: id, status: 'succeeded' },
  ]);
});

test('while schedules cannot be brought back, what is due is claimed, and they come back later', async () => {
  const { id } = await user.newSchedule();
  service.clock.step(DAYS);
  await service.tick();
  service.clock.step(-DAYS);
  const due = await user.newSchedule();
  const mend = jest
    .spyOn(service.app.get(ClockSteps), 'mend')
    .mockRejectedValue(new Error('database is locked'));
  await minutes(1);
  expect(await service.query('SELECT status FROM runs WHERE schedule_id = ?', [due.id])).toEqual([
    { status: 'succeeded' },
  ]);
  mend.mockRestore();
  await service.tick();
  expect(await nextRun(id)).toBe('2030-01-01T12:02:00.000Z');
});

test('one pass at a time brings schedules back, whoever asks for it meanwhile', async () => {
  await insertSchedules(service, 60, new Date(service.clock.now().getTime() + DAYS));
  await service.tick();
  service.clock.step(DAYS);
  service.app.get(ClockSteps).look();
  service.clock.step(-DAYS);
  const statements = recordStatements(service.dataSource.writer);
  await Promise.all([1, 2, 3].map(() => service.app.get(ClockSteps).mend()));
  expect(await stepsBack()).toBe(1);
  // Two slices, as 60 schedules take, and the retries.
  expect(statements.filter((sql) => sql === 'COMMIT')).toHaveLength(3);
});

test('where it cannot be read at the start whether the clock was ahead, schedules come back all the same', async () => {
  const { id } = await user.newSchedule();
  service.clock.step(DAYS);
  await service.tick();
  service.clock.step(-DAYS);
  const { app, unitOfWork, dataSource, clock } = service;
  const { dialect } = dataSource;
  const started = new ClockSteps(
    ...([unitOfWork, dataSource, dialect, app.get(EventEmitter2), app.get(Metrics), clock] as const),
  );
  const query = jest.spyOn(dialect, 'query').mockRejectedValueOnce(new Error('no connection'));
  await expect(started.mend()).rejects.toThrow('no connection');
  query.mockRestore();
  // What is claimed now is the latest run, and not of the future.
  await user.newSchedule();
  service.clock.advance(60_000);
  await service.scheduler.claimDue();
  await started.mend();
  expect(await nextRun(id)).toBe('2030-01-01T12:02:00.000Z');
});

test('a pass over the schedules that takes long holds up no claim', async () => {
  const { id } = await user.newSchedule();
  jest.spyOn(service.app.get(ClockSteps), 'mend').mockReturnValue(new Promise<void>(() => undefined));
  await minutes(1);
  expect(await service.query('SELECT schedule_id, status FROM runs')).toEqual([
    { schedule_id: id, status: 'succeeded' },
  ]);
});

test('occurrences that straddle the step are counted once: those before it as missed, those after as they come', async () => {
  await user.newSchedule();
  service.clock.step(3_600_000);
  await service.tick();
  expect(await history()).toEqual(['12:01 missed 59', '13:00 succeeded 0']);
  service.clock.step(-1_800_000);
  await service.tick();
  expect(await history()).toEqual(['12:01 missed 30', '13:00 succeeded 0']);
  await minutes(31);
  expect((await history()).slice(1)).toEqual(
    Array.from({ length: 31 }, (_, n) =>
      n === 29 ? '13:00' : `${n < 29 ? '12' : '13'}:${String((n + 31) % 60).padStart(2, '0')}`,
    ).map((at) => `${at} succeeded 0`),
  );
});

test.each([
  ['once', { schedule_interval: '2030-01-02T09:00:00Z', misfire_policy: 'skip' }, '2030-01-02T09:00:00.000Z'],
  ['end_at', { end_at: '2030-01-01T18:00:00Z', misfire_policy: 'skip' }, '2030-01-01T12:01:00.000Z'],
])('a schedule that the clock completed too early (%s) goes on', async (_name, fields, expected) => {
  const { id } = await user.newSchedule(fields);
  const own = await user.newSchedule({ is_completed: true });
  service.clock.step(DAYS);
  await service.tick();
  expect(await nextRun(id)).toBeUndefined();
  service.clock.step(-DAYS);
  await service.tick();
  expect(await nextRun(id)).toBe(expected);
  expect(await nextRun(own.id)).toBeUndefined();
});

test('what ran early counts once towards max_runs', async () => {
  const { id } = await user.newSchedule({ schedule_interval: '1 12 * * *', max_runs: 3 });
  service.clock.step(DAYS - 60_000);
  await minutes(2);
  service.clock.step(-DAYS);
  for (let day = 0; day < 5; day++) {
    await service.tick();
    await minutes(1);
    service.clock.advance(86_400_000 - 60_000);
  }
  expect(await service.query('SELECT run_count FROM schedules WHERE id = ?', [id])).toEqual([
    { run_count: 3 },
  ]);
  expect(await nextRun(id)).toBeUndefined();
  expect((await history()).filter((row) => row.includes('succeeded'))).toHaveLength(3);
});

test('a retry that was put off by a clock that was ahead does not hold up its schedule', async () => {
  service.action.behaviour = ({ run }) =>
    run.attempt === 1 ? { ok: false, retryable: true, error: 'down' } : { ok: true };
  await user.newSchedule({ retry_policy: { min_backoff_seconds: 1800, max_attempts: 2 } });
  service.clock.step(DAYS);
  await service.tick();
  service.clock.step(-DAYS);
  await service.tick();
  await service.tick();
  service.action.behaviour = () => ({ ok: true });
  await minutes(1);
  expect(await history()).toEqual(['12:01 succeeded 0', '12:00 succeeded 0']);
});

test('corrections by less than 10 s, and a suspend, move no schedule', async () => {
  const { id } = await user.newSchedule({ schedule_interval: '* * * * * *' });
  await service.tick();
  for (const ms of [9000, -9000, 500, -500, -1]) {
    service.clock.step(ms);
    service.clock.advance(5000);
    await service.tick();
  }
  service.clock.step(7_200_000);
  await service.tick();
  expect(await stepsBack()).toBe(0);
  expect(await nextRun(id)).toBe('2030-01-01T14:00:55.000Z');
});

test('a run that became available during a suspend starts with the next sweep', async () => {
  service.action.behaviour = ({ run }) =>
    run.attempt === 1 ? { ok: false, retryable: true, error: 'down' } : { ok: true };
  await user.newSchedule({ schedule_interval: '1 12 * * *', retry_policy: { min_backoff_seconds: 1800 } });
  service.clock.advance(30_000);
  await service.tick();
  service.clock.advance(7_200_000);
  await service.scheduler.sweep();
  await service.settled();
  expect(await history()).toEqual(['12:01 succeeded 0']);
});

test('jitter delays the start, and the nominal time stays', async () => {
  const schedule = await user.newSchedule({ schedule_interval: '1 12 * * *', jitter_seconds: 600 });
  service.clock.advance(30_000);
  await service.tick();
  const [waiting] = (await user.get<RunDto[]>('/runs')).body;
  const delay = new Date(waiting?.available_at ?? 0).getTime() - new Date('2030-01-01T12:01:00Z').getTime();
  expect(delay).toBeGreaterThan(0);
  expect(delay).toBeLessThanOrEqual(600_000);
  expect(waiting?.status).toBe('queued');
  service.clock.advance(delay);
  await service.tick();
  expect((await user.get<RunDto[]>(`/schedules/${String(schedule.id)}/runs`)).body).toMatchObject([
    { status: 'succeeded', scheduled_for: '2030-01-01T12:01:00.000Z', lateness_ms: delay },
  ]);
});

test.each([
  ['a date-time', { schedule_interval: '2030-01-01T12:01:00Z' }, ['12:01']],
  ['max_runs', { max_runs: 2 }, ['12:01', '12:02']],
  ['end_at', { end_at: '2030-01-01T12:03:00Z' }, ['12:01', '12:02', '12:03']],
])('%s completes the schedule after its last occurrence', async (_name, fields, expected) => {
  const { id } = await user.newSchedule(fields);
  for (let minute = 0; minute < 5; minute++) {
    service.clock.advance(60_000);
    await service.tick();
  }
  expect(await history()).toEqual(expected.map((time) => `${time} succeeded 0`));
  expect((await user.get<ScheduleDto>(`/schedules/${String(id)}`)).body).toMatchObject({
    ...{ is_completed: true, enabled: true, next_run: null, run_count: expected.length },
  });
});

test('a schedule that has no occurrence left is not set going again, and the answer says what would do', async () => {
  const once = await user.newSchedule({ schedule_interval: '2030-01-01T12:01:00Z' });
  const limited = await user.newSchedule({ max_runs: 1 });
  service.clock.advance(60_000);
  await service.tick();
  const path = (id: number): string => `/schedules/${String(id)}`;
  expect(await user.patch(path(once.id), { is_completed: false })).toMatchObject({
    ...{ status: 422, body: { errors: [{ field: 'schedule_interval' }] } },
  });
  expect((await user.patch<ScheduleDto>(path(limited.id), { title: 'x' })).body.is_completed).toBe(true);
  const more = await user.patch<ScheduleDto>(path(limited.id), { max_runs: 5, is_completed: false });
  expect(more.body).toMatchObject({ is_completed: false, next_run: '2030-01-01T12:02:00.000Z' });
});
