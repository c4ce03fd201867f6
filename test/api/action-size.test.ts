import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ScheduleDto } from '../../src/schedules/dto/schedule.dto.js';
import type { Problem } from '../../src/http/problems.js';
import type { Answer, SignedInClient } from '../support/api-client.js';
import { insertSchedules } from '../support/many-schedules.js';
import { TestService } from '../support/test-service.js';

const MOST = 65_536;
const URL = 'https://example.com/';

let service: TestService;
let user: SignedInClient;
beforeAll(async () => {
  service = await TestService.start();
  user = await service.api.newUser();
});
afterAll(() => service.stop());

/** An action of so many bytes as JSON. */
function actionOf(bytes: number): { type: string; url: string; body: string } {
  const empty = JSON.stringify({ type: 'http', url: URL, body: '' }).length;
  return { type: 'http', url: URL, body: 'x'.repeat(bytes - empty) };
}

const create = (action: object): Promise<Answer<Problem>> =>
  user.post('/schedules', { title: 'large', schedule_interval: '@daily', action });

describe('an action', () => {
  test('of 64 KiB can be stored, of one more byte it cannot', async () => {
    expect((await create(actionOf(MOST))).status).toBe(200);
    const { status, body } = await create(actionOf(MOST + 1));
    expect(status).toBe(422);
    expect(body.errors).toEqual([
      { field: 'action.body', message: expect.stringMatching(/at most 65536 bytes .* this one has 65537/) },
    ]);
  });

  test('is measured in bytes, not in characters', async () => {
    expect((await create({ type: 'http', url: URL, body: '€'.repeat(30_000) })).status).toBe(422);
  });

  test('may not be too large by its headers', async () => {
    const headers = Object.fromEntries(
      Array.from({ length: 20 }, (_, n) => [`X-H${String(n)}`, 'x'.repeat(4000)]),
    );
    const { status, body } = await create({ type: 'http', url: URL, headers });
    expect(status).toBe(422);
    expect(body.errors?.map(({ field }) => field)).toEqual(['action.headers']);
  });

  test('that a schedule gets later is judged alike', async () => {
    const { id } = await user.newSchedule();
    const { status, body } = await user.patch(`/schedules/${String(id)}`, { action: actionOf(MOST + 1) });
    expect([status, body.errors?.[0]?.field]).toEqual([422, 'action.body']);
  });
});

describe('a larger one from before', () => {
  const OLD = 200_000;
  let path: string;
  beforeAll(async () => {
    await service.write('DELETE FROM schedules');
    await insertSchedules(service, 1, new Date('2099-01-01T00:00:00Z'), {
      action: `'${JSON.stringify(actionOf(OLD))}'`,
    });
    const [row] = await service.query<{ id: number }>('SELECT id FROM schedules');
    path = `/schedules/${String(row?.id)}`;
  });

  test('is read, and its schedule changed in everything else', async () => {
    expect((await user.get<ScheduleDto>(path)).body.action).toEqual(actionOf(OLD));
    expect((await user.patch(path, { title: 'another', enabled: false })).status).toBe(200);
    expect((await user.patch(path, { enabled: true })).status).toBe(200);
  });

  test('is saved as it is, but not larger', async () => {
    const larger = await user.patch(path, { action: actionOf(OLD + 1) });
    expect([larger.status, larger.body.errors?.[0]?.field]).toEqual([422, 'action.body']);
    expect((await user.patch(path, { action: actionOf(OLD) })).status).toBe(200);
  });

  test('once it is smaller, it does not grow again', async () => {
    expect((await user.patch(path, { action: actionOf(OLD - 10) })).status).toBe(200);
    expect((await user.patch(path, { action: actionOf(OLD) })).status).toBe(422);
    expect((await user.patch(path, { action: { type: 'log' } })).status).toBe(200);
  });
});
