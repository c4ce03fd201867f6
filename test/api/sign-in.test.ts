import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { SessionsService } from '../../src/auth/sessions.service.js';
import type { UserDto } from '../../src/users/dto/user.dto.js';
import type { SignedInClient } from '../support/api-client.js';
import { TestService } from '../support/test-service.js';

let service: TestService;
let user: SignedInClient;
beforeAll(async () => {
  service = await TestService.start({ SESSION_TTL_HOURS: '1' });
  user = await service.api.newUser();
});
afterAll(() => service.stop());

test('answers with a token and the user', async () => {
  const login = { email: user.user.email.toUpperCase(), password: user.password };
  const { status, body } = await service.api.post<{ token: string; user: UserDto }>('/auth/signin', login);
  expect(status).toBe(200);
  expect(body.user).toEqual(user.user);
  const [header, payload] = body.token.split('.').map((part) => Buffer.from(part, 'base64url').toString());
  expect(JSON.parse(header ?? '')).toMatchObject({ alg: 'HS256', typ: 'JWT' });
  expect(JSON.parse(payload ?? '')).toMatchObject({
    sub: '1',
    iss: 'scheduler-service',
    aud: 'scheduler-service',
  });
  expect((await service.api.withToken(body.token).get('/auth/me')).body).toEqual(user.user);
});

test('answers alike to an unknown user and to a wrong password', async () => {
  const unknown = await service.api.post('/auth/signin', {
    email: 'nobody@example.com',
    password: 'whatever',
  });
  const wrong = await service.api.post('/auth/signin', { email: user.user.email, password: 'whatever' });
  expect(unknown.status).toBe(401);
  expect(wrong.status).toBe(401);
  expect(unknown.body).toEqual(wrong.body);
});

test.each([
  [{}],
  [{ email: 7, password: 'x' }],
  [{ email: 'a@example.com' }],
  [{ email: 'a', password: 'b', x: 1 }],
])('refuses %j', async (login) => {
  expect((await service.api.post('/auth/signin', login)).status).toBe(422);
});

test('signing out revokes the token at once, and no other', async () => {
  const login = { email: user.user.email, password: user.password };
  const { body } = await service.api.post<{ token: string }>('/auth/signin', login);
  const client = service.api.withToken(body.token);
  expect((await client.post('/auth/signout')).status).toBe(204);
  expect((await client.get('/auth/me')).status).toBe(401);
  expect((await user.get('/auth/me')).status).toBe(200);
});

test('tokens expire with their session', async () => {
  const { bearer } = await service.api.newUser();
  service.clock.advance(3_599_000);
  expect((await service.api.withToken(bearer).get('/auth/me')).status).toBe(200);
  service.clock.advance(2000);
  expect((await service.api.withToken(bearer).get('/auth/me')).status).toBe(401);
});

test('sessions that are over are removed', async () => {
  const before = await service.dataSource.query<{ n: number }[]>('SELECT count(*) AS n FROM sessions');
  expect(before[0]?.n).toBeGreaterThan(0);
  service.clock.advance(3_601_000);
  await service.app.get(SessionsService).prune();
  expect(await service.dataSource.query('SELECT count(*) AS n FROM sessions')).toEqual([{ n: 0 }]);
});

test('forged tokens are worth nothing', async () => {
  const { bearer } = await service.api.newUser();
  const [header = '', payload = '', signature = ''] = bearer.split('.');
  const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
  const forged = [
    `${header}.${payload}.${signature.slice(0, -3)}AAA`,
    `${none}.${payload}.`,
    `${header}.${Buffer.from('{"sub":"1","jti":"x"}').toString('base64url')}.${signature}`,
    'nonsense',
  ];
  for (const token of forged) {
    const answer = await service.api.withToken(token).get('/auth/me');
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  }
});
