import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { ScheduleDto } from '../../src/schedules/dto/schedule.dto.js';
import type { SignedInClient } from '../support/api-client.js';
import { TestService } from '../support/test-service.js';

let service: TestService;
let admin: SignedInClient;
let member: SignedInClient;
let other: SignedInClient;
let schedule: ScheduleDto;
let path: string;
beforeAll(async () => {
  service = await TestService.start();
  service.clock.set('2030-03-26T17:21:09.410Z');
  [admin, member, other] = [
    await service.api.newUser(),
    await service.api.newUser(),
    await service.api.newUser(),
  ];
});
beforeEach(async () => {
  schedule = await member.newSchedule({ schedule_interval: '0 12 * * *' });
  path = `/schedules/${String(schedule.id)}`;
});
afterAll(() => service.stop());

describe('GET /schedules/{id}', () => {
  test('answers its owner and an admin, with and without a trailing slash', async () => {
    for (const client of [member, admin]) {
      expect(await client.get(path)).toMatchObject({ status: 200, body: schedule });
      expect(await client.get(`${path}/`)).toMatchObject({ status: 200, body: schedule });
    }
  });

  test('is 404 for others, and for what does not exist', async () => {
    const { status, body } = await other.get(path);
    expect({ status, detail: body.detail }).toEqual({
      status: 404,
      detail: `There is no schedule ${String(schedule.id)}.`,
    });
    expect((await member.get('/schedules/999')).status).toBe(404);
  });
});

describe('PATCH /schedules/{id}', () => {
  test('changes what is given and nothing else', async () => {
    service.clock.advance(1000);
    const { status, body } = await member.patch<ScheduleDto>(path, { title: 'Updated Job Title' });
    expect(status).toBe(200);
    expect(body).toEqual({
      ...schedule,
      title: 'Updated Job Title',
      updated_at: service.clock.now().toISOString(),
    });
    expect((await member.get(path)).body).toEqual(body);
  });

  test('computes next_run anew when the interval or the zone changes', async () => {
    const interval = await member.patch<ScheduleDto>(path, { schedule_interval: '0 13 * * *' });
    expect(interval.body.next_run).toBe('2030-03-27T13:00:00.000Z');
    const zone = await member.patch<ScheduleDto>(path, { timezone: 'Europe/Berlin' });
    expect(zone.body.next_run).toBe('2030-03-27T12:00:00.000Z');
    expect(zone.body.interval_description).toBe('At 13:00');
  });

  test.each([{ enabled: false }, { is_completed: true }])(
    '%j stops it; setting it back starts it anew',
    async (off) => {
      expect((await member.patch<ScheduleDto>(path, off)).body).toMatchObject({ ...off, next_run: null });
      expect((await member.patch<ScheduleDto>(path, { title: 'still' })).body.next_run).toBeNull();
      const [name, value] = Object.entries(off)[0] ?? [''];
      const back = await member.patch<ScheduleDto>(path, { [name]: !value });
      expect(back.body.next_run).toBe('2030-03-27T12:00:00.000Z');
    },
  );

  test('one whose end_at is past can still be edited and disabled', async () => {
    const { id } = await member.newSchedule({
      end_at: '2030-03-28T00:00:00Z',
      schedule_interval: '0 12 * * *',
    });
    service.clock.set('2030-04-01T00:00:00Z');
    const client = await service.api.signIn(member.user.email, member.password);
    await service.tick();
    for (const fields of [{ enabled: false }, { timezone: 'Europe/Berlin' }, { is_completed: true }]) {
      expect((await client.patch(`/schedules/${String(id)}`, fields)).status).toBe(200);
    }
    service.clock.set('2030-03-26T17:21:09.410Z');
  });

  test('leaves the schedule as it was when anything is wrong', async () => {
    for (const fields of [
      { title: null },
      { title: 'x', schedule_interval: 'nonsense' },
      { timezone: null },
      { enabled: null },
      { id: 9 },
      { last_run: null },
    ]) {
      const { status, body } = await member.patch(path, fields);
      expect(status).toBe(422);
      expect(Object.keys(fields)).toContain(body.errors?.[0]?.field);
    }
    expect((await member.get(path)).body).toEqual(schedule);
  });

  test('can take the description away', async () => {
    expect((await member.patch<ScheduleDto>(path, { description: null })).body.description).toBeNull();
  });

  test('is 404 for others', async () => {
    expect((await other.patch(path, { title: 'mine' })).status).toBe(404);
    expect((await member.get(path)).body).toEqual(schedule);
  });
});

describe('DELETE /schedules/{id}', () => {
  test('answers 200 with the schedule as it was, which is gone then', async () => {
    expect(await member.delete(path)).toMatchObject({ status: 200, body: schedule });
    expect((await member.get(path)).status).toBe(404);
    expect((await member.delete(path)).status).toBe(404);
    expect((await member.patch(path, { title: 'x' })).status).toBe(404);
  });

  test('is 404 for others', async () => {
    expect((await other.delete(path)).status).toBe(404);
    expect((await member.get(path)).status).toBe(200);
  });
});

test('of a retry policy, too, what a PATCH leaves out stays as it is', async () => {
  const policy = { max_attempts: 7, min_backoff_seconds: 11, max_backoff_seconds: 13 };
  const { id } = await member.newSchedule({ retry_policy: policy });
  const { body } = await member.patch<ScheduleDto>(`/schedules/${String(id)}`, {
    retry_policy: { max_attempts: 2 },
  });
  expect(body.retry_policy).toEqual({ ...policy, max_attempts: 2 });
});
