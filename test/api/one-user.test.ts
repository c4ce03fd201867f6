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
    const change = { password: 'another horse battery', current_password: user.password };
    expect((await user.patch(path, change)).status).toBe(200);
    expect((await user.get(path)).status).toBe(401);
    const login = { email: user.user.email, password: 'another horse battery' };
    expect((await service.api.post('/auth/signin', login)).status).toBe(200);
    expect((await service.api.post('/auth/signin', { ...login, password: user.password })).status).toBe(401);
  });

  test('refuses what another user has, what is wrong, and what must not be set', async () => {
    const path = `/user/${String(member.user.id)}`;
    const taken = { email: admin.user.email, current_password: member.password };
    expect((await member.patch(path, taken)).status).toBe(409);
    for (const fields of [{ email: null }, { email: 'x' }, { role: 'owner' }, { phone: '' }, { id: 7 }]) {
      const { status, body } = await member.patch(path, fields);
      expect(status).toBe(422);
      expect(body.errors?.[0]?.field).toBe(Object.keys(fields)[0]);
    }
    expect((await member.get(path)).body).toEqual(member.user);
  });

  test.each([{ password: 'another horse battery' }, { email: 'another@example.com' }])(
    'needs the current password for %j of one’s own account, also of an admin’s',
    async (change) => {
      for (const user of [await service.api.newUser(), admin]) {
        const path = `/user/${String(user.user.id)}`;
        for (const [given, message] of [
          [{}, /^the current password, which a new password or e-mail address/],
          [{ current_password: 'a wrong guess' }, /: this is another one$/],
        ] as const) {
          const { status, body } = await user.patch(path, { ...change, ...given });
          expect([status, body.errors]).toEqual([
            422,
            [{ field: 'current_password', message: expect.stringMatching(message) }],
          ]);
        }
        expect((await user.get(path)).body).toEqual(user.user);
        expect((await service.api.signIn(user.user.email, user.password)).user).toEqual(user.user);
      }
    },
  );

  test('needs it for nothing else, and not where an admin changes another user', async () => {
    const user = await service.api.newUser();
    const path = `/user/${String(user.user.id)}`;
    const same = { email: user.user.email.toUpperCase(), first_name: 'Eve', phone: '+49 30 555555' };
    expect((await user.patch(path, same)).status).toBe(200);
    const change = { email: `new-${user.user.email}`, password: 'another horse battery' };
    expect(await admin.patch(path, change)).toMatchObject({ status: 200, body: { email: change.email } });
    await service.api.signIn(change.email, change.password);
  });

  test('counts wrong current passwords like failed attempts to sign in', async () => {
    const user = await service.api.newUser();
    const path = `/user/${String(user.user.id)}`;
    const guess = (current_password: string): Promise<{ status: number }> =>
      user.patch(path, { password: 'another horse battery', current_password });
    for (let n = 0; n < 10; n++) expect((await guess('a wrong guess')).status).toBe(422);
    expect((await guess('a wrong guess')).status).toBe(429);
    expect((await guess(user.password)).status).toBe(429);
    const login = { email: user.user.email, password: user.password };
    expect((await service.api.post('/auth/signin', login)).status).toBe(429);
    service.clock.advance(1000);
    expect((await guess(user.password)).status).toBe(200);
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
