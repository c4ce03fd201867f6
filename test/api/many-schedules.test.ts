import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { ManyChangedDto } from '../../src/schedules/dto/many-changes.dto.js';
import type { ScheduleDto } from '../../src/schedules/dto/schedule.dto.js';
import type { SignedInClient } from '../support/api-client.js';
import { TestService } from '../support/test-service.js';

let service: TestService;
let admin: SignedInClient;
let member: SignedInClient;
let mine: number[];
let hers: number;

beforeAll(async () => {
  service = await TestService.start();
  admin = await service.api.newUser();
  member = await service.api.newUser();
});

afterAll(() => service.stop());

beforeEach(async () => {
  mine = [];
  for (const title of ['one', 'two']) mine.push((await member.newSchedule({ title })).id);
  hers = (await admin.newSchedule()).id;
});

const change = (user: SignedInClient, ids: unknown, what: unknown) =>
  user.post<ManyChangedDto>('/schedules/bulk', { ids, change: what });

test('pauses and resumes many, as each by itself', async () => {
  const paused = await change(member, mine, 'pause');
  expect([paused.status, paused.body]).toEqual([200, { changed: mine, failed: [] }]);
  for (const id of mine) {
    const { body } = await member.get<ScheduleDto>(`/schedules/${String(id)}`);
    expect(body).toMatchObject({ enabled: false, next_run: null });
  }
  await change(member, mine, 'resume');
  for (const id of mine) {
    const { body } = await member.get<ScheduleDto>(`/schedules/${String(id)}`);
    expect(body.enabled).toBe(true);
    expect(body.next_run).not.toBeNull();
  }
});

test('deletes many, and the audit log has each', async () => {
  await change(member, mine, 'delete');
  for (const id of mine) {
    expect((await member.get(`/schedules/${String(id)}`)).status).toBe(404);
    const { body } = await admin.get<unknown[]>(`/audit-log?action=schedule.delete&target_id=${String(id)}`);
    expect(body).toHaveLength(1);
  }
});

test('those of others, and those that are not there, stay as they were, and are named; the rest is changed', async () => {
  const { body } = await change(member, [hers, ...mine, 999_999], 'pause');
  expect(body).toEqual({
    changed: mine,
    failed: [
      { id: hers, detail: `There is no schedule ${String(hers)}.` },
      { id: 999_999, detail: 'There is no schedule 999999.' },
    ],
  });
  expect((await admin.get<ScheduleDto>(`/schedules/${String(hers)}`)).body.enabled).toBe(true);
});

test('an admin changes those of everyone', async () => {
  expect((await change(admin, [hers, ...mine], 'pause')).body.changed).toEqual([hers, ...mine]);
});

test.each([
  [[], 'pause', 'ids'],
  ['1,2', 'pause', 'ids'],
  [[1, 1], 'pause', 'ids'],
  [[0], 'pause', 'ids'],
  [['x'], 'pause', 'ids'],
  [[1.5], 'pause', 'ids'],
  [Array.from({ length: 501 }, (_, index) => index + 1), 'pause', 'ids'],
  [[1], 'explode', 'change'],
])('refuses to change %j by %j', async (ids, what, field) => {
  const { status, body } = await member.post('/schedules/bulk', { ids, change: what });
  expect([status, [...new Set(body.errors?.map((error) => error.field))]]).toEqual([422, [field]]);
});

test('who is not signed in is refused', async () => {
  expect((await service.api.post('/schedules/bulk', { ids: [1], change: 'pause' })).status).toBe(401);
});
