import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { ApiKeysService } from '../../src/auth/api-keys.service.js';
import { SessionsService } from '../../src/auth/sessions.service.js';
import { SchedulesService } from '../../src/schedules/schedules.service.js';
import { SecretsService } from '../../src/secrets/secrets.service.js';
import { newUserFields, type SignedInClient } from '../support/api-client.js';
import { TestService } from '../support/test-service.js';

/** Users who are deleted amid their requests. */
const ROUNDS = 4;

let service: TestService;
let admin: SignedInClient;
beforeAll(async () => {
  service = await TestService.start();
  admin = await service.api.newUser();
});
afterAll(() => service.stop());

const signIn = (email: string, password: string): Promise<{ status: number; body: { token: string } }> =>
  service.api.post<{ token: string }>('/auth/signin', { email, password });

test('no session begins by a password that was changed while it was checked', async () => {
  const user = await service.api.newUser();
  const { email } = user.user;
  const change = user.patch(`/user/${String(user.user.id)}`, {
    password: 'another horse battery',
    current_password: user.password,
  });
  const answers = await Promise.all(Array.from({ length: 9 }, () => signIn(email, user.password)));
  expect((await change).status).toBe(200);
  for (const { status, body } of answers) {
    if (status === 200) expect((await service.api.withToken(body.token).get('/auth/me')).status).toBe(401);
    else expect(status).toBe(401);
  }
});

test('signing in while one is deleted is refused like any other', async () => {
  const user = await service.api.newUser();
  const attempts = Array.from({ length: 8 }, () => signIn(user.user.email, user.password));
  await admin.delete(`/user/${String(user.user.id)}`);
  for (const { status } of await Promise.all(attempts)) expect([200, 401]).toContain(status);
});

describe('a request of a user who is deleted while it is under way', () => {
  const SCHEDULE = { title: 'late', schedule_interval: '@yearly' };
  const KEY = { name: 'late', scopes: ['read'] };

  test.each([
    ['a schedule', SchedulesService, 'create', '/schedules/', SCHEDULE],
    ['a secret', SecretsService, 'create', '/secrets', { name: 'LATE', value: 'a value' }],
    ['an API key', ApiKeysService, 'create', '/auth/api-keys', KEY],
    ['a session', SessionsService, 'start', '/auth/session', undefined],
  ] as const)('makes no %s, and is answered 401', async (_what, type, method, path, body) => {
    const user = await service.api.newUser();
    const instance: object = service.app.get<object>(type);
    const work = Reflect.get(instance, method) as (...given: unknown[]) => Promise<unknown>;
    // By now the request was let in.
    Object.assign(instance, {
      [method]: async (...given: unknown[]) => {
        expect((await admin.delete(`/user/${String(user.user.id)}`)).status).toBe(200);
        return work.apply(instance, given);
      },
    });
    try {
      const { email } = user.user;
      const answer = await user.post(path, body ?? { email, password: user.password });
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    } finally {
      Reflect.deleteProperty(instance, method);
    }
  });

  test('never meets a 5xx, whenever that happens', async () => {
    const statuses = new Set<number>();
    for (let round = 0; round < ROUNDS; round++) {
      const user = await service.api.newUser();
      const requests = Array.from({ length: 8 }, (_, n) => [
        user.post('/schedules/', SCHEDULE),
        user.post('/secrets', { name: `LATE_${String(n)}`, value: 'a value' }),
        user.post('/auth/api-keys', KEY),
      ]).flat();
      await requests[(round * 5) % requests.length];
      await admin.delete(`/user/${String(user.user.id)}`);
      for (const { status } of await Promise.all(requests)) statuses.add(status);
    }
    expect([...statuses].filter((status) => ![200, 201, 401, 404].includes(status))).toEqual([]);
  });
});

test('whatever refers to something that was deleted meanwhile is 404', async () => {
  const secrets = service.app.get(SecretsService);
  const list = jest
    .spyOn(secrets, 'list')
    .mockImplementation(() =>
      service
        .write(`INSERT INTO secrets (owner_id, name, value) VALUES (987654, 'OF_NOBODY', 'x')`)
        .then(() => ({ rows: [], total: 0 }) as never),
    );
  const { status, body } = await admin.get('/secrets');
  list.mockRestore();
  expect([status, body.detail]).toEqual([404, 'What this request refers to was deleted meanwhile.']);
});

test('who is demoted makes no more admins, not even by requests that were waiting', async () => {
  const other = await service.api.newUser();
  await admin.patch(`/user/${String(other.user.id)}`, { role: 'admin' });
  const requests = Array.from({ length: 30 }, () => other.post('/user', newUserFields({ role: 'admin' })));
  await requests[0];
  await admin.patch(`/user/${String(other.user.id)}`, { role: 'member' });
  const count = async (): Promise<unknown> =>
    service.query("SELECT count(*) AS admins FROM users WHERE role = 'admin'");
  const before = await count();
  const statuses = (await Promise.all(requests)).map(({ status }) => status);
  expect(statuses).toContain(403);
  expect(await count()).toEqual(before);
});

test('an attempt whose password nobody had time to look at does not count', async () => {
  const user = await service.api.newUser();
  const crowd = Array.from({ length: 250 }, (_, n) => signIn(`crowd${String(n)}@example.com`, 'a guess'));
  const mine = await Promise.all(Array.from({ length: 9 }, () => signIn(user.user.email, user.password)));
  await Promise.all(crowd);
  for (const { status } of mine) expect([200, 429]).toContain(status);
  const account = createHash('sha256').update(user.user.email).digest('hex');
  const left: unknown = await service.query(
    'SELECT attempts FROM sign_in_failures WHERE account LIKE ? AND attempts > 0',
    [`${account}%`],
  );
  expect(left).toEqual([]);
  expect((await signIn(user.user.email, user.password)).status).toBe(200);
});

test('a clock that was ahead locks nobody out', async () => {
  const user = await service.api.newUser();
  service.clock.advance(365 * 86_400_000);
  await signIn(user.user.email, 'a typo');
  service.clock.advance(-365 * 86_400_000);
  expect((await signIn(user.user.email, user.password)).status).toBe(200);
});

test('thousands of fields are refused at once', async () => {
  const body = Object.fromEntries(Array.from({ length: 31_000 }, (_, n) => [n.toString(36), 1]));
  const begun = performance.now();
  for (let n = 0; n < 5; n++) {
    const answer = await service.api.post('/auth/signin', body);
    expect([answer.status, answer.body.errors]).toEqual([
      422,
      [{ field: 'body', message: 'at most 100 fields' }],
    ]);
  }
  expect(performance.now() - begun).toBeLessThan(1000);
});

test('no page elsewhere can make a request without asking the browser', async () => {
  for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x']) {
    const { status } = await fetch(`${service.api.url}/user`, {
      method: 'POST',
      headers: { 'content-type': type },
      body: new URLSearchParams(newUserFields()).toString(),
    });
    expect([type, status]).toEqual([type, 415]);
  }
});

test('nothing of an answer is kept by caches', async () => {
  expect((await admin.get('/auth/me')).headers.get('cache-control')).toBe('no-store');
});

test('a user has at most 100 API keys', async () => {
  const user = await service.api.newUser();
  const make = (): Promise<{ status: number }> =>
    user.post('/auth/api-keys', { name: 'x', scopes: ['read'] });
  const statuses = (await Promise.all(Array.from({ length: 105 }, make))).map(({ status }) => status);
  expect(statuses.filter((status) => status === 201)).toHaveLength(100);
  expect(statuses.filter((status) => status === 409)).toHaveLength(5);
});
