import { request } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import type { Problem } from '../../src/http/problems.js';
import { newUserFields } from '../support/api-client.js';
import { TestService } from '../support/test-service.js';

interface Sent {
  readonly status: number;
  readonly cookies: readonly string[];
  readonly body: Partial<Problem>;
}

/** A request with whatever Host; `fetch` would send its own. */
function send(
  { api }: TestService,
  headers: Record<string, string>,
  path = '/',
  body?: object,
): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const type = body && { 'content-type': 'application/json' };
    const options = { method: body ? 'POST' : 'GET', headers: { ...headers, ...type } };
    request(api.url + path, options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => {
        const isJson = /json/.test(response.headers['content-type'] ?? '');
        resolve({
          status: response.statusCode ?? 0,
          cookies: response.headers['set-cookie'] ?? [],
          body: (isJson ? JSON.parse(text) : {}) as Problem,
        });
      });
    })
      .on('error', reject)
      .end(body && JSON.stringify(body));
  });
}

async function on(
  settings: Record<string, string>,
  work: (service: TestService) => Promise<void>,
): Promise<void> {
  const service = await TestService.start(settings);
  try {
    await work(service);
  } finally {
    await service.stop();
  }
}

const ALWAYS = [
  ...['127.0.0.1', '127.0.0.1:8000', '[::1]:8000', 'localhost', 'LOCALHOST:8000', 'jobs.localhost:8000'],
  ...['10.1.2.3', '192.168.1.10:8000', '[fd00::1]:8000', 'scheduler', 'scheduler:8000'],
];
const NEVER = [
  'evil.example.com',
  'evil.example.com:8000',
  '127.0.0.1.evil.example',
  'localhost.evil.example',
];

describe.each([
  [
    'PUBLIC_URL',
    { PUBLIC_URL: 'https://Jobs.example.com/' },
    ['jobs.example.com', 'jobs.example.com:8443', 'JOBS.example.com.'],
    ['example.com', 'x.jobs.example.com', 'xjobs.example.com'],
  ],
  [
    'ALLOWED_HOSTS',
    { ALLOWED_HOSTS: 'a.example.org, .example.net' },
    ['a.example.org', 'example.net', 'b.example.net:80', 'c.b.example.net'],
    ['b.example.org', 'badexample.net'],
  ],
])('with %s set', (_what, settings, known, unknown) => {
  test('a request by another name is refused, in words that say what to set', async () => {
    await on(settings, async (service) => {
      for (const host of [...ALWAYS, ...known]) {
        for (const path of ['/', '/health/live', '/dashboard'])
          expect([host, path, (await send(service, { host }, path)).status]).toEqual([host, path, 200]);
      }
      for (const host of [...NEVER, ...unknown]) {
        for (const path of ['/', '/health/live', '/dashboard', '/docs'])
          expect([host, path, (await send(service, { host }, path)).status]).toEqual([host, path, 421]);
        const { status, body } = await send(service, { host }, '/user', newUserFields());
        expect([status, body.status, body.title]).toEqual([421, 421, 'Misdirected Request']);
        expect(body.detail).toContain(`Host "${host}"`);
        expect(body.detail).toMatch(/ALLOWED_HOSTS.* PUBLIC_URL/);
      }
      expect(await service.query('SELECT id FROM users')).toEqual([]);
    });
  });
});

const EVERY: Record<string, string>[] = [{ ALLOWED_HOSTS: '*' }, {}];

test.each(EVERY)('with %j every name is taken', async (settings) => {
  await on(settings, async (service) => {
    for (const host of NEVER) expect((await send(service, { host })).status).toBe(200);
  });
});

test('nonsense is no name', async () => {
  await on({}, async (service) => {
    for (const host of ['a b', 'user@localhost', 'localhost/x.y', 'x.y:port', '%'])
      expect([host, (await send(service, { host })).status]).toEqual([host, 421]);
  });
});

describe('behind a proxy', () => {
  const proxied = { 'x-forwarded-host': 'jobs.example.com', 'x-forwarded-proto': 'https' };
  const settings = { PUBLIC_URL: 'https://jobs.example.com', TRUST_PROXY: '127.0.0.1' };

  test('what it was asked for counts, and what it asks for', async () => {
    await on(settings, async (service) => {
      expect((await send(service, proxied)).status).toBe(200);
      expect((await send(service, { ...proxied, host: 'scheduler:8000' })).status).toBe(200);
      expect((await send(service, { 'x-forwarded-host': 'evil.example.com' })).status).toBe(421);
      // A page of another name that reaches the service itself can send any header but this one.
      expect((await send(service, { ...proxied, host: 'evil.example.com' })).status).toBe(421);
    });
  });

  test('nobody is believed who is not listed', async () => {
    await on({ PUBLIC_URL: 'https://jobs.example.com' }, async (service) => {
      expect((await send(service, { 'x-forwarded-host': 'evil.example.com' })).status).toBe(200);
      expect((await send(service, { ...proxied, host: 'evil.example.com' })).status).toBe(421);
    });
  });

  test('that passes only Host on, PUBLIC_URL says that browsers come by https', async () => {
    await on({ PUBLIC_URL: 'https://jobs.example.com' }, async (service) => {
      const { user, password } = await service.api.newUser();
      const host = { host: 'jobs.example.com' };
      const { cookies } = await send(service, host, '/auth/session', { email: user.email, password });
      expect(cookies.map((cookie) => cookie.split('=')[0])).toEqual([
        '__Host-scheduler_session',
        '__Host-scheduler_device',
      ]);
      const cookie = cookies[0]?.split(';')[0] ?? '';
      const schedule = { title: 'x', schedule_interval: '@daily' };
      const statuses: [string, number][] = [];
      for (const origin of ['https://jobs.example.com', 'http://jobs.example.com', 'https://example.com'])
        statuses.push([
          origin,
          (await send(service, { ...host, cookie, origin }, '/schedules/', schedule)).status,
        ]);
      expect(statuses).toEqual([
        ['https://jobs.example.com', 200],
        ['http://jobs.example.com', 403],
        ['https://example.com', 403],
      ]);
    });
  });

  test('that changes Host, pages of PUBLIC_URL are those of the service', async () => {
    await on({ PUBLIC_URL: 'https://jobs.example.com' }, async (service) => {
      const { user, password } = await service.api.newUser();
      const { cookies } = await send(service, {}, '/auth/session', { email: user.email, password });
      const cookie = cookies[0]?.split(';')[0] ?? '';
      const origin = 'https://jobs.example.com';
      const schedule = { title: 'x', schedule_interval: '@daily' };
      expect((await send(service, { cookie, origin }, '/schedules/', schedule)).status).toBe(200);
    });
  });
});
