import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { SignedInClient } from '../support/api-client.js';
import { TestService } from '../support/test-service.js';

let service: TestService;
let user: SignedInClient;
beforeAll(async () => {
  service = await TestService.start({ MAX_SCHEDULES_PER_USER: '3', MIN_INTERVAL_SECONDS: '60' });
  service.clock.set('2030-01-01T12:00:00Z');
  user = await service.api.newUser();
});
afterAll(() => service.stop());

test('a user has so many schedules; deleted ones do not count, and others have their own', async () => {
  const fields = { title: 'x', schedule_interval: '@daily' };
  // At once, so that each could believe to be the third.
  const answers = await Promise.all(Array.from({ length: 6 }, () => user.post('/schedules/', fields)));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 422, 422, 422]);
  const { body } = await user.post('/schedules/', fields);
  expect(body.errors).toEqual([
    { field: 'body', message: 'at most 3 schedules per user (MAX_SCHEDULES_PER_USER): delete one first' },
  ]);
  await (await service.api.newUser()).newSchedule();
  await user.delete('/schedules/1');
  expect((await user.post('/schedules/', fields)).status).toBe(200);
  expect((await user.patch('/schedules/2', { title: 'y' })).status).toBe(200);
});

test.each([
  ['* * * * * *', 422],
  ['0,1 0 0 * * *', 422],
  ['@every 59s', 422],
  ['@every 60s', 200],
  ['* * * * *', 200],
  ['2030-01-01T12:00:30Z', 200],
])('%s is answered with %i', async (schedule_interval, expected) => {
  const owner = await service.api.newUser();
  const { status, body } = await owner.post('/schedules/', { title: 'x', schedule_interval });
  expect(status).toBe(expected);
  if (expected === 422) {
    expect(body.errors).toEqual([
      { field: 'schedule_interval', message: 'an interval of at least 60 s (MIN_INTERVAL_SECONDS)' },
    ]);
  }
  const { id } = await owner.newSchedule();
  expect((await owner.patch(`/schedules/${String(id)}`, { schedule_interval })).status).toBe(expected);
});

test('H is judged by the minute it stands for in that schedule', async () => {
  const strict = await TestService.start({ MIN_INTERVAL_SECONDS: '600' });
  try {
    const owner = await strict.api.newUser();
    const accepted: number[] = [];
    for (let n = 0; n < 30; n++) {
      const { status, body } = await owner.post<{ id: number }>('/schedules/', {
        ...{ title: 'x', schedule_interval: '8,H * * * *' },
      });
      if (status === 200) accepted.push(body.id);
    }
    expect(accepted.length).toBeGreaterThan(0);
    expect(accepted.length).toBeLessThan(30);
    for (const id of accepted) {
      const { body } = await owner.get<{ at: string }[]>(`/schedules/${String(id)}/upcoming?count=20`);
      const times = body.map(({ at }) => new Date(at).getTime());
      for (const [n, at] of times.entries())
        if (n > 0) expect(at - (times[n - 1] ?? 0)).toBeGreaterThanOrEqual(600_000);
    }
  } finally {
    await strict.stop();
  }
});

test('one that is too fast by a later setting can be stopped, and not started again', async () => {
  let lax = await TestService.start();
  try {
    let owner = await lax.api.newUser();
    const { id } = await owner.newSchedule({ schedule_interval: '@every 10s' });
    lax = await lax.restart({ MIN_INTERVAL_SECONDS: '60' });
    owner = await lax.api.signIn(owner.user.email, owner.password);
    const path = `/schedules/${String(id)}`;
    expect((await owner.patch(path, { title: 'y', max_runs: 5, jitter_seconds: 1 })).status).toBe(200);
    expect((await owner.patch(path, { enabled: false })).status).toBe(200);
    expect((await owner.patch(path, { enabled: true })).status).toBe(422);
    expect((await owner.patch(path, { enabled: true, schedule_interval: '@every 60s' })).status).toBe(200);
  } finally {
    await lax.stop();
  }
});
