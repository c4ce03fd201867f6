import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ScheduleDto } from '../../src/schedules/dto/schedule.dto.js';
import type { UserDto } from '../../src/users/dto/user.dto.js';
import type { SignedInClient } from '../support/api-client.js';
import { TestService } from '../support/test-service.js';

let service: TestService;
let admin: SignedInClient;
let member: SignedInClient;
beforeAll(async () => {
  service = await TestService.start();
  admin = await service.api.newUser();
  member = await service.api.newUser();
});
afterAll(() => service.stop());

describe('GET /user/{id}', () => {
  test('answers with the user', async () => {
    expect(await member.get(`/user/${String(member.user.id)}`)).toMatchObject({
      status: 200,
      body: member.user,
    });
    expect(await admin.get(`/user/${String(member.user.id)}/`)).toMatchObject({
      status: 200,
      body: member.user,
    });
  });

  test('hides others from a member, as if they were not there', async () => {
    const others = await member.get(`/user/${String(admin.user.id)}`);
    const nobody = await member.get('/user/999');
    expect(others).toMatchObject({ status: 404, body: { detail: 'There is no user 1.' } });
    expect(nobody).toMatchObject({ status: 404, body: { detail: 'There is no user 999.' } });
  });

  test.each(['abc', '0', '-1', '1e3', '99999999999999999999'])('refuses the id %s', async (id) => {
    const { status, body } = await admin.get(`/user/${id}`);
    expect(status).toBe(422);
    expect(body.errors).toEqual([{ field: 'id', message: 'a positive whole number' }]);
  });
});

describe('PATCH /user/{id}', () => {
  test('changes what is given and nothing else', async () => {
    const user = await service.api.newUser();
    service.clock.advance(1000);
    const { status, body } = await user.patch<UserDto>(`/user/${String(user.user.id)}`, {
      first_name: 'Grace',
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      ...user.user,
      first_name: 'Grace',
      updated_at: service.clock.now().toISOString(),
    });
    expect((await user.get(`/user/${String(user.user.id)}`)).body).toEqual(body);
  });

  test('ends every session when the password changes', async () => {
    const user = await service.api.newUser();
    const path = `/user/${String(user.user.id)}`;
    expect((await user.patch(path, { password: 'another horse battery' })).status).toBe(200);
    expect((await user.get(path)).status).toBe(401);
    const login = { email: user.user.email, password: 'another horse battery' };
    expect((await service.api.post('/auth/signin', login)).status).toBe(200);
    expect((await service.api.post('/auth/signin', { ...login, password: user.password })).status).toBe(401);
  });

  test('refuses what another user has, what is wrong, and what must not be set', async () => {
    const path = `/user/${String(member.user.id)}`;
    expect((await member.patch(path, { email: admin.user.email })).status).toBe(409);
    for (const fields of [{ email: null }, { email: 'x' }, { role: 'owner' }, { phone: '' }, { id: 7 }]) {
      const { status, body } = await member.patch(path, fields);
      expect(status).toBe(422);
      expect(body.errors?.[0]?.field).toBe(Object.keys(fields)[0]);
    }
    expect((await member.get(path)).body).toEqual(member.user);
  });

  test('is closed to other members', async () => {
    expect((await member.patch('/user/1', { first_name: 'Eve' })).status).toBe(404);
    expect((await admin.get<UserDto>('/user/1')).body.first_name).toBe('Ada');
  });
});

describe('DELETE /user/{id}', () => {
  test('answers with the user as it was, ends its sessions, and keeps its schedules, ownerless and disabled', async () => {
    const user = await service.api.newUser();
    const schedule = await user.newSchedule();
    const gone = await user.delete<UserDto>(`/user/${String(user.user.id)}`);
    expect(gone).toMatchObject({ status: 200, body: user.user });
    expect((await user.get('/auth/me')).status).toBe(401);
    expect((await admin.get(`/user/${String(user.user.id)}`)).status).toBe(404);
    const kept = await admin.get<ScheduleDto>(`/schedules/${String(schedule.id)}`);
    expect(kept.body).toMatchObject({ owner_id: null, enabled: false, next_run: null });
  });

  test('is refused for the last admin', async () => {
    const { status, body } = await admin.delete('/user/1');
    expect([status, body.detail]).toEqual([
      409,
      'This is the last admin: nobody could manage the service any more.',
    ]);
  });

  test('is closed to other members', async () => {
    expect((await member.delete('/user/1')).status).toBe(404);
    expect((await member.delete('/user/999')).status).toBe(404);
    expect((await admin.get('/user/1')).status).toBe(200);
  });
});
