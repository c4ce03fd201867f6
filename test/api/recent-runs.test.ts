import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { RecentRunsDto } from '../../src/runs/dto/recent-runs.dto.js';
import type { SignedInClient } from '../support/api-client.js';
import { TestService } from '../support/test-service.js';

let service: TestService;
let admin: SignedInClient;
let member: SignedInClient;
let ids: [number, number, number];
beforeAll(async () => {
  service = await TestService.start();
  service.clock.set('2030-01-01T12:00:00Z');
  admin = await service.api.newUser();
  member = await service.api.newUser();
  const every = await member.newSchedule();
  const second = await member.newSchedule({ schedule_interval: '*/2 * * * *' });
  const theirs = await admin.newSchedule();
  ids = [every.id, second.id, theirs.id];
  for (let minute = 0; minute < 4; minute++) {
    service.clock.advance(60_000);
    await service.tick();
  }
});
afterAll(() => service.stop());

async function recent(user: SignedInClient, query: string): Promise<[number, string[]][]> {
  const { status, body } = await user.get<RecentRunsDto[]>(`/schedules/recent-runs?${query}`);
  expect(status).toBe(200);
  return body.map(({ schedule_id, runs }) => [
    schedule_id,
    runs.map(({ scheduled_for }) => String(scheduled_for).slice(11, 16)),
  ]);
}

test('shows the latest runs of each schedule, newest first, in the order asked for', async () => {
  const [every, second] = ids;
  expect(await recent(member, `ids=${String(second)},${String(every)}&limit=3`)).toEqual([
    [second, ['12:04', '12:02']],
    [every, ['12:04', '12:03', '12:02']],
  ]);
  const { body } = await member.get<RecentRunsDto[]>(`/schedules/recent-runs?ids=${String(every)}&limit=1`);
  expect(body[0]?.runs).toEqual([
    {
      id: expect.any(Number),
      status: 'succeeded',
      scheduled_for: '2030-01-01T12:04:00.000Z',
      duration_ms: 0,
    },
  ]);
});

test('leaves out schedules that are not there, or not the caller’s', async () => {
  const [every, , theirs] = ids;
  const asked = `ids=${String(theirs)},999999,${String(every)}&limit=1`;
  expect((await recent(member, asked)).map(([id]) => id)).toEqual([every]);
  expect((await recent(admin, asked)).map(([id]) => id)).toEqual([theirs, every]);
});

test('shows a schedule that has not run yet with no runs', async () => {
  const { id } = await member.newSchedule();
  expect(await recent(member, `ids=${String(id)}`)).toEqual([[id, []]]);
});

test('takes a hundred ids, and shows 20 runs of each unless told otherwise', async () => {
  const many = Array.from({ length: 100 }, (_, n) => n + 1).join(',');
  expect((await recent(admin, `ids=${many}&limit=50`)).length).toBeGreaterThanOrEqual(3);
  for (let n = 0; n < 25; n++) {
    service.clock.advance(60_000);
    await service.tick();
  }
  expect((await recent(member, `ids=${String(ids[0])}`))[0]?.[1]).toHaveLength(20);
});

test.each([
  '',
  'ids=',
  'ids=1,',
  'ids=0',
  'ids=a',
  'ids=1,1',
  'ids=1&ids=2',
  `ids=${Array.from({ length: 101 }, (_, n) => n + 1).join(',')}`,
])('refuses ?%s', async (query) => {
  const { status, body } = await member.get(`/schedules/recent-runs?${query}`);
  expect([status, body.errors?.map(({ field }) => field)]).toEqual([422, ['ids']]);
});

test.each(['0', '51', 'x'])('refuses a limit of %s', async (limit) => {
  const { status, body } = await member.get(`/schedules/recent-runs?ids=1&limit=${limit}`);
  expect([status, body.errors?.map(({ field }) => field)]).toEqual([422, ['limit']]);
});
