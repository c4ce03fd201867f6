import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ScheduleDto } from '../../src/schedules/dto/schedule.dto.js';
import type { SignedInClient } from '../support/api-client.js';
import { TestService } from '../support/test-service.js';

let service: TestService;
let user: SignedInClient;
beforeAll(async () => {
  service = await TestService.start();
  user = await service.api.newUser();
  service.clock.set('2030-03-26T17:21:09.410Z');
  user = await service.api.signIn(user.user.email, user.password);
});
afterAll(() => service.stop());

const SEED = {
  title: 'My New Job',
  description: 'This job does something important.',
  schedule_interval: '* * * * *',
};

test('answers 200 with the schedule and its first next_run', async () => {
  for (const path of ['/schedules/', '/schedules']) {
    const { status, body } = await user.post<ScheduleDto>(path, SEED);
    expect(status).toBe(200);
    expect(body).toEqual({
      ...SEED,
      id: expect.any(Number),
      owner_id: user.user.id,
      is_completed: false,
      enabled: true,
      disabled_reason: null,
      consecutive_failures: 0,
      interval_description: 'Every minute',
      timezone: 'UTC',
      action: { type: 'log' },
      overlap_policy: 'skip',
      misfire_policy: 'once',
      misfire_window_seconds: 86_400,
      retry_policy: { max_attempts: 3, min_backoff_seconds: 5, max_backoff_seconds: 3600 },
      delivery: 'at_least_once',
      start_at: null,
      end_at: null,
      max_runs: null,
      run_count: 0,
      jitter_seconds: 0,
      tags: [],
      last_run: null,
      next_run: '2030-03-26T17:22:00.000Z',
      created_at: '2030-03-26T17:21:09.410Z',
      updated_at: '2030-03-26T17:21:09.410Z',
    });
  }
});

test.each([
  ['0 9 * * MON-FRI', 'Europe/Berlin', '2030-03-27T08:00:00.000Z'],
  ['*/10 * * * * *', 'UTC', '2030-03-26T17:21:10.000Z'],
  ['@daily', 'Asia/Kolkata', '2030-03-26T18:30:00.000Z'],
  ['0 0 L * *', 'UTC', '2030-03-31T00:00:00.000Z'],
  ['30 2 31 3 *', 'Europe/Berlin', '2030-03-31T01:00:00.000Z'],
])('%s in %s is next due at %s', async (schedule_interval, timezone, next_run) => {
  const { body } = await user.post<ScheduleDto>('/schedules', { ...SEED, schedule_interval, timezone });
  expect(body.next_run).toBe(next_run);
});

test('a disabled or completed schedule has no next_run', async () => {
  expect((await user.newSchedule({ enabled: false })).next_run).toBeNull();
  expect((await user.newSchedule({ is_completed: true })).next_run).toBeNull();
});

test.each([
  ['title', ''],
  ['title', '   '],
  ['title', null],
  ['title', 'x'.repeat(201)],
  ['description', 7],
  ['schedule_interval', ''],
  ['schedule_interval', null],
  ['schedule_interval', 5],
  ['schedule_interval', '* * * *'],
  ['schedule_interval', '60 * * * *'],
  ['schedule_interval', '@reboot'],
  ['schedule_interval', '0 0 30 2 *'],
  ['schedule_interval', 'x'.repeat(20_000)],
  ['timezone', 'Mars/Olympus'],
  ['timezone', '+02:00'],
  ['timezone', ''],
  ['timezone', null],
  ['enabled', 'yes'],
  ['is_completed', 1],
  ['action', null],
  ['action', 'log'],
  ['action', []],
  ['schedule_interval', '2030-01-01T00:00:00Z'],
  ['overlap_policy', 'maybe'],
  ['misfire_policy', null],
  ['misfire_window_seconds', 59],
  ['retry_policy', 3],
  ['delivery', 'twice'],
  ['schedule_interval', '9999-12-31T23:59:59-18:00'],
  ['schedule_interval', '3000-01-01T00:00'],
  ['start_at', '2030-02-30T00:00:00Z'],
  ['start_at', '9999-12-31T23:59:59Z'],
  ['start_at', '0000-01-01T00:00:00Z'],
  ['jitter_seconds', 60],
  ['start_at', 'tomorrow'],
  ['start_at', '2030-04-01T00:00:00'],
  ['end_at', '2030-03-26T17:21:09Z'],
  ['end_at', '2030-03-26T17:21:30Z'],
  ['end_at', 1900000000],
  ['max_runs', 0],
  ['max_runs', 1.5],
  ['jitter_seconds', -1],
  ['tags', 'billing'],
  ['tags', ['a', 'a']],
  ['tags', ['a,b']],
  ['tags', [7]],
  ['tags', Array.from({ length: 21 }, (_, n) => String(n))],
  ['run_count', 1],
  ['next_run', '2030-01-01T00:00:00Z'],
  ['owner_id', 2],
])('refuses %s = %j, naming the field and what would be right', async (field, value) => {
  const { status, body } = await user.post('/schedules', { ...SEED, [field]: value });
  expect(status).toBe(422);
  expect(body.errors?.map((error) => error.field)).toEqual([field]);
  expect(body.errors?.[0]?.message).toMatch(/\w/);
});

test.each([[{}], [{ type: 'shell' }], [{ type: 'log', command: 'rm' }]])(
  'refuses the action %j',
  async (action) => {
    const { status, body } = await user.post('/schedules', { ...SEED, action });
    expect(status).toBe(422);
    expect(body.errors?.[0]?.field).toMatch(/^action\.(type|command)$/);
  },
);
