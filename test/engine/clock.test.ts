import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { RunDto } from '../../src/runs/dto/run.dto.js';
import type { ScheduleDto } from '../../src/schedules/dto/schedule.dto.js';
import type { SignedInClient } from '../support/api-client.js';
import { TestService } from '../support/test-service.js';

let service: TestService;
let user: SignedInClient;
beforeEach(async () => {
  service = await TestService.start();
  service.clock.set('2030-01-01T12:00:30Z');
  user = await service.api.newUser();
});
afterEach(() => service.stop());

const history = async (): Promise<string[]> =>
  (await user.get<RunDto[]>('/runs')).body
    .map((run) => `${String(run.scheduled_for).slice(11, 16)} ${run.status} ${String(run.missed_count)}`)
    .reverse();

test('a clock that steps forward makes the latest occurrence run, and accounts for the others', async () => {
  await user.newSchedule();
  service.clock.advance(3_600_000);
  await service.tick();
  expect(await history()).toEqual(['12:01 missed 59', '13:00 succeeded 0']);
});

test('a clock that steps back makes nothing run twice: it goes on where it was', async () => {
  await user.newSchedule();
  service.clock.advance(60_000);
  await service.tick();
  service.clock.advance(-1_800_000);
  for (let minute = 0; minute < 32; minute++) {
    service.clock.advance(60_000);
    await service.tick();
  }
  expect(await history()).toEqual(['12:01 succeeded 0', '12:02 succeeded 0', '12:03 succeeded 0']);
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
