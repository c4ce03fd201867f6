import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { JwtService } from '@nestjs/jwt';
import { jwtSecrets } from '../../src/auth/jwt-options.js';
import type { SessionDto } from '../../src/auth/dto/session.dto.js';
import { AppConfig } from '../../src/config/app-config.js';
import type { Problem } from '../../src/http/problems.js';
import type { SignedInClient } from '../support/api-client.js';
import { TestService } from '../support/test-service.js';

let service: TestService;
let user: SignedInClient;
beforeAll(async () => {
  service = await TestService.start({
    SESSION_TTL_HOURS: '1',
    TRUST_PROXY: '127.0.0.1',
    ALLOWED_HOSTS: 'jobs.example.com',
  });
  user = await service.api.newUser();
});
afterAll(() => service.stop());

type HeaderFields = Record<string, string>;

/** A request as a browser makes it; `fetch` would not let the test say where it comes from. */
async function send(
  method: string,
  path: string,
  headers: HeaderFields = {},
  body?: object,
): Promise<{ status: number; cookie: string | null; body: Problem & { user?: object } }> {
  const response = await fetch(service.api.url + path, {
    method,
    headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    cookie: response.headers.getSetCookie()[0] ?? null,
    body: (text === '' ? {} : JSON.parse(text)) as Problem,
  };
}

const login = (): object => ({ email: user.user.email, password: user.password });

/** Signs in as a browser does, and resolves with the Cookie header that it then sends. */
async function signIn(headers: HeaderFields = {}): Promise<HeaderFields> {
  const { status, cookie } = await send('POST', '/auth/session', headers, login());
  expect(status).toBe(200);
  return { cookie: cookie?.split(';')[0] ?? '' };
}

const HTTPS = { 'x-forwarded-proto': 'https' };
const PROXIED = { ...HTTPS, 'x-forwarded-host': 'jobs.example.com' };
const SAME = { 'sec-fetch-site': 'same-origin' };

describe('POST /auth/session', () => {
  test('answers with the user, and with the token in a cookie that scripts cannot read', async () => {
    const { status, body, cookie } = await send('POST', '/auth/session', {}, login());
    expect([status, body]).toEqual([200, { user: user.user }]);
    expect(cookie).toMatch(
      /^scheduler_session=[\w-]+\.[\w-]+\.[\w-]+; HttpOnly; SameSite=Strict; Path=\/; Max-Age=3600$/,
    );
  });

  test('keeps the cookie to https where the request came by it', async () => {
    const { cookie } = await send('POST', '/auth/session', { 'x-forwarded-proto': 'https' }, login());
    expect(cookie).toMatch(
      /^__Host-scheduler_session=[\w.-]+; HttpOnly; SameSite=Strict; Path=\/; Max-Age=3600; Secure$/,
    );
  });

  test('refuses like POST /auth/signin, and sets no cookie then', async () => {
    const wrong = { ...login(), password: 'wrong horse battery' };
    expect(await send('POST', '/auth/session', {}, wrong)).toMatchObject({ status: 401, cookie: null });
    expect(await send('POST', '/auth/session', {}, { email: 7 })).toMatchObject({
      status: 422,
      cookie: null,
    });
    for (let n = 0; n < 12; n++)
      await send('POST', '/auth/session', {}, { ...wrong, email: 'x@example.com' });
    expect(await send('POST', '/auth/session', {}, { ...wrong, email: 'x@example.com' })).toMatchObject({
      status: 429,
    });
  });

  test('is throttled by address like signing in', async () => {
    const few = await TestService.start({ SIGN_INS_PER_MINUTE: '2' });
    try {
      const attempts: number[] = [];
      for (let n = 0; n < 3; n++) {
        attempts.push(
          (await few.api.post('/auth/session', { email: 'a@example.com', password: 'x' })).status,
        );
      }
      expect(attempts).toEqual([401, 401, 429]);
    } finally {
      await few.stop();
    }
  });
});

describe('the cookie', () => {
  test('speaks for its session, wherever a token would', async () => {
    const cookie = await signIn();
    expect((await send('GET', '/auth/me', cookie)).body).toEqual(user.user);
    const among = { cookie: `theme=dark; ${cookie['cookie'] ?? ''}; scheduler_session_old=x` };
    expect((await send('GET', '/schedules', among)).status).toBe(200);
    expect((await send('GET', '/auth/me', { cookie: 'other_scheduler_session=x' })).status).toBe(401);
    const made = { title: 'by cookie', schedule_interval: '@daily' };
    expect((await send('POST', '/schedules/', { ...cookie, ...SAME }, made)).status).toBe(200);
  });

  test('does not count beside an Authorization header', async () => {
    const cookie = await signIn();
    const forged = { ...cookie, authorization: 'Bearer nonsense' };
    expect((await send('GET', '/auth/me', forged)).status).toBe(401);
    const other = await service.api.newUser();
    const both = { ...cookie, authorization: `Bearer ${other.bearer}` };
    expect((await send('GET', '/auth/me', both)).body).toEqual(other.user);
    // Nor does signing out by a token end the browser's session.
    expect(await send('POST', '/auth/signout', both)).toMatchObject({ status: 204, cookie: null });
    expect((await send('GET', '/auth/me', cookie)).status).toBe(200);
  });

  test('is taken away by signing out, which ends the session', async () => {
    const cookie = await signIn();
    expect((await send('POST', '/auth/signout', cookie)).status).toBe(403);
    const { status, cookie: cleared } = await send('POST', '/auth/signout', { ...cookie, ...SAME });
    expect([status, cleared]).toEqual([
      204,
      'scheduler_session=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0',
    ]);
    expect((await send('GET', '/auth/me', cookie)).status).toBe(401);
  });

  test('by https is one that no other host can have set, and is taken away by signing out', async () => {
    const cookie = await signIn(HTTPS);
    expect(cookie['cookie']).toMatch(/^__Host-/);
    expect((await send('GET', '/auth/me', { ...cookie, ...HTTPS })).body).toEqual(user.user);
    const planted = { cookie: `scheduler_session=x; scheduler_session=y; ${cookie['cookie'] ?? ''}` };
    expect((await send('GET', '/auth/me', { ...planted, ...HTTPS })).body).toEqual(user.user);
    const { cookie: cleared } = await send('POST', '/auth/signout', { ...cookie, ...HTTPS, ...SAME });
    expect(cleared).toBe('__Host-scheduler_session=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0; Secure');
  });

  test('by https is not taken from a name that another host can set, except from before there was another', async () => {
    const { bearer } = await service.api.signIn(user.user.email, user.password);
    const named = (token: string): HeaderFields => ({ cookie: `scheduler_session=${token}`, ...HTTPS });
    expect((await send('GET', '/auth/me', named(bearer))).status).toBe(401);
    const { version, ...claims } = JSON.parse(
      Buffer.from(bearer.split('.')[1] ?? '', 'base64url').toString(),
    ) as Record<string, unknown>;
    expect(version).toBe(2);
    const jwt = service.app.get(JwtService, { strict: false });
    // Its options would add what the claims have already.
    const old = new JwtService({ secret: jwtSecrets(service.app.get(AppConfig))[0] }).sign(claims);
    expect(jwt.verify<object>(old)).toBeDefined();
    expect((await send('GET', '/auth/me', named(old))).body).toEqual(user.user);
  });

  test('is refused when there are two: one of them is of another host', async () => {
    const cookie = await signIn();
    for (const [name, more] of [
      ['scheduler_session', {}],
      ['__Host-scheduler_session', HTTPS],
    ] as const) {
      const pair = (cookie['cookie'] ?? '').replace('scheduler_session', name);
      const twice = { cookie: `${name}=planted; ${pair}`, ...more };
      const { status, body } = await send('GET', '/auth/me', twice);
      expect([status, body.title]).toEqual([400, 'Bad Request']);
      expect(body.detail).toContain(`There are two cookies ${name} in this request`);
    }
  });

  test('is worth nothing once its session is revoked', async () => {
    const cookie = await signIn();
    const { body } = await user.get<SessionDto[]>('/auth/sessions');
    const mine = body.filter(({ current }) => !current);
    for (const { id } of mine) await user.delete(`/auth/sessions/${id}`);
    expect((await send('GET', '/auth/me', cookie)).status).toBe(401);
  });

  test('that is over does not keep anybody from signing up; one that is good says who makes a user', async () => {
    const fields = { first_name: 'A', last_name: 'B', password: 'correct horse battery' };
    const visitor = { ...fields, email: 'visitor@example.com', phone: '+49 30 111111', role: 'member' };
    const over = { cookie: 'scheduler_session=nonsense' };
    expect((await send('POST', '/user', over, visitor)).status).toBe(403);
    const cookie = await signIn();
    expect((await send('POST', '/user', { ...cookie, ...SAME }, visitor)).status).toBe(200);
    const self = { ...fields, email: 'self@example.com', phone: '+49 30 222222' };
    expect((await send('POST', '/user', over, self)).status).toBe(200);
  });
});

describe('requests that other pages make a browser send', () => {
  const made = { title: 'forged', schedule_interval: '@daily' };

  test.each<[HeaderFields, number]>([
    [{ 'sec-fetch-site': 'same-origin' }, 200],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'none' }, 403],
    [{ 'sec-fetch-site': 'cross-site', origin: 'http://HOST' }, 403],
    [{ origin: 'http://HOST' }, 200],
    [{ origin: 'https://HOST' }, 403],
    [{ 'x-forwarded-proto': 'https', origin: 'https://HOST' }, 200],
    [{ 'x-forwarded-proto': 'https', origin: 'http://HOST' }, 403],
    [{ origin: 'http://127.0.0.1:1' }, 403],
    [{ origin: 'https://evil.example' }, 403],
    [{ origin: 'null' }, 403],
    [{ origin: '' }, 403],
    [{}, 403],
    [{ ...PROXIED, origin: 'https://jobs.example.com' }, 200],
    [{ ...PROXIED, origin: 'https://jobs.example.com:443' }, 200],
    [{ ...PROXIED, origin: 'http://jobs.example.com' }, 403],
    [{ ...PROXIED, origin: 'https://jobs.example.com.evil.example' }, 403],
    [{ 'x-forwarded-host': 'jobs.example.com', origin: 'https://jobs.example.com' }, 403],
  ])('with %j: %d', async (headers, status) => {
    const { 'x-forwarded-host': forwarded, 'x-forwarded-proto': scheme } = headers;
    const proxied = { 'x-forwarded-host': forwarded, 'x-forwarded-proto': scheme };
    const cookie = await signIn(JSON.parse(JSON.stringify(proxied)) as HeaderFields);
    const { host } = new URL(service.api.url);
    const filled = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, value.replace('HOST', host)]),
    );
    const answer = await send('POST', '/schedules/', { ...cookie, ...filled }, made);
    expect(answer.status).toBe(status);
    if (status === 403) {
      expect(answer.body.detail).toMatch(/^A cookie is good only for requests of pages/);
      expect(answer.body.detail).toContain(`Host "${filled['x-forwarded-host'] ?? host}"`);
      expect(answer.body.detail).toContain(`Origin "${filled['origin'] ?? 'none'}"`);
      expect(answer.body.detail).toMatch(/PUBLIC_URL.*TRUST_PROXY/);
    }
    // Reading changes nothing, and no other page gets to see the answer.
    expect((await send('GET', '/auth/me', { ...cookie, ...filled })).status).toBe(200);
  });

  test('need no such proof with a token', async () => {
    const headers = { authorization: `Bearer ${user.bearer}`, 'sec-fetch-site': 'cross-site' };
    expect((await send('POST', '/schedules/', headers, made)).status).toBe(200);
  });
});
