import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { SessionsService } from '../../src/auth/sessions.service.js';
import type { Problem } from '../../src/http/problems.js';
import { SignInDelay } from '../../src/users/sign-in-delay.js';
import type { UserDto } from '../../src/users/dto/user.dto.js';
import { visitorOf } from '../../src/throttle/address-throttle.js';
import { type Answer, newUserFields, type SignedInClient } from '../support/api-client.js';
import { TestService } from '../support/test-service.js';

let service: TestService;
let user: SignedInClient;
beforeAll(async () => {
  service = await TestService.start();
  user = await service.api.newUser();
});
afterAll(() => service.stop());

const attempt = (email: string, password = 'a wrong guess'): Promise<Answer<Problem>> =>
  service.api.post('/auth/signin', { email, password });

const retryAfter = ({ headers }: Answer<unknown>): number => Number(headers.get('retry-after'));

describe('guessing a password', () => {
  test.each([
    ['of an account', (): string => user.user.email],
    ['of nobody', (): string => 'nobody@example.com'],
  ])('%s has to wait longer and longer after ten attempts, also across a restart', async (_whose, email) => {
    for (let n = 0; n < 10; n++) expect((await attempt(email())).status).toBe(401);
    for (const delay of [1, 2, 4, 8]) {
      const refused = await attempt(email());
      expect([refused.status, retryAfter(refused)]).toEqual([429, delay]);
      // Not even the right one is looked at, and asking does not make the wait longer.
      expect((await attempt(email(), user.password)).status).toBe(429);
      service = await service.restart();
      service.clock.advance(delay * 1000);
      expect((await attempt(email())).status).toBe(401);
    }
    service.clock.advance(86_400_000);
    expect((await attempt(email())).status).toBe(401);
    expect(retryAfter(await attempt(email()))).toBe(32);
    service.clock.advance(900_000);
  });

  test('never waits longer than 15 minutes', async () => {
    for (let n = 0; n < 30; n++) {
      service.clock.advance(900_000);
      expect((await attempt('target@example.com')).status).toBe(401);
    }
    expect(retryAfter(await attempt('target@example.com'))).toBe(900);
  });

  test('starts anew once the password was right', async () => {
    const { email } = (await service.api.newUser()).user;
    for (let n = 0; n < 9; n++) await attempt(email);
    await service.api.signIn(email, user.password);
    for (let n = 0; n < 10; n++) expect((await attempt(email)).status).toBe(401);
    expect((await attempt(email)).status).toBe(429);
  });

  test('a hundred times at once is a hundred attempts', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => attempt('crowd@example.com')));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(90);
  });
});

describe('guessing from elsewhere', () => {
  let proxied: TestService;
  let owner: SignedInClient;
  let admin: SignedInClient;
  const home = '198.51.100.7';
  beforeAll(async () => {
    proxied = await TestService.start({ TRUST_PROXY: '127.0.0.1' });
    admin = await proxied.api.newUser();
  });
  beforeEach(async () => {
    const fields = newUserFields();
    await proxied.api.post('/user', fields);
    owner = await proxied.api.signIn(fields.email, fields.password);
  });
  afterAll(() => proxied.stop());

  const from = async (
    address: string,
    { email = owner.user.email, password = owner.password, cookie = '', path = '/auth/signin' } = {},
  ): Promise<{ status: number; cookies: string[]; retryAfter: number }> => {
    const response = await fetch(proxied.api.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': address, cookie },
      body: JSON.stringify({ email, password }),
    });
    const { status, headers } = response;
    await response.text();
    return { status, cookies: headers.getSetCookie(), retryAfter: Number(headers.get('retry-after')) };
  };
  const wrong = { password: 'a wrong guess' };

  /** A hundred failed attempts, ten from each of some addresses, without a password to hash; none more is let through. */
  const attack = async (email = owner.user.email): Promise<void> => {
    const delay = proxied.app.get(SignInDelay);
    for (let n = 0; n < 100; n++) await delay.begin(email, { address: `203.0.113.${String(n % 10)}` });
    expect((await from('203.0.113.99', { ...wrong, email })).status).toBe(429);
  };

  test('delays nobody who signed in from there before', async () => {
    expect((await from(home)).status).toBe(200);
    // A stranger at one address delays that address, and no other.
    for (let n = 0; n < 10; n++) expect((await from('203.0.113.200', wrong)).status).toBe(401);
    expect((await from('203.0.113.200', wrong)).status).toBe(429);
    expect((await from('198.51.100.99')).status).toBe(200);

    await attack();
    expect((await from('198.51.100.100')).status).toBe(429);
    // For as long as it goes on: each time that one attempt is let through, it is a stranger's.
    for (let n = 0; n < 15; n++) {
      proxied.clock.advance(900_000);
      expect((await from(`203.0.114.${String(n)}`, wrong)).status).toBe(401);
      expect((await from(home)).status).toBe(200);
      expect((await from('198.51.100.100')).status).toBe(429);
    }
  });

  test('is not helped by many addresses', async () => {
    for (const email of [owner.user.email, 'nobody-at-all@example.com']) {
      await attack(email);
      for (const delay of [1, 2, 4]) {
        const refused = await from('203.0.115.1', { ...wrong, email });
        expect([refused.status, refused.retryAfter]).toEqual([429, delay]);
        proxied.clock.advance(delay * 1000);
        expect((await from('203.0.115.2', { ...wrong, email })).status).toBe(401);
      }
    }
  });

  test('delays no browser in which somebody signed in to the account before, wherever it is', async () => {
    const { cookies } = await from('192.0.2.1', { path: '/auth/session' });
    const device = cookies.find((cookie) => cookie.startsWith('scheduler_device='));
    expect(device).toMatch(
      /^scheduler_device=[\w-]{22}\.[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/; Max-Age=31536000$/,
    );
    const cookie = device?.split(';')[0] ?? '';
    await attack();
    expect((await from('192.0.2.50')).status).toBe(429);
    expect((await from('192.0.2.50', { cookie })).status).toBe(200);
    // Forged, or of another account, it is worth nothing.
    expect((await from('192.0.2.51', { cookie: `${cookie}x` })).status).toBe(429);
    const { email } = (await proxied.api.newUser()).user;
    await attack(email);
    expect((await from('192.0.2.52', { cookie, email })).status).toBe(429);
    // Nor does it make guessing free.
    for (let n = 0; n < 10; n++)
      expect((await from(`192.0.2.${String(60 + n)}`, { cookie, ...wrong })).status).toBe(401);
    expect((await from('192.0.2.80', { cookie, ...wrong })).status).toBe(429);
  });

  test('is forgotten when an admin gives the account another password', async () => {
    await attack();
    for (let n = 0; n < 10; n++) expect((await from('192.0.2.90', wrong)).status).toBe(429);
    const password = 'another horse battery';
    await admin.patch(`/user/${String(owner.user.id)}`, { password });
    expect((await from('203.0.113.1', { password })).status).toBe(200);
  });

  test('is forgotten after a day, and what is known of a place after a year', async () => {
    expect((await from(home)).status).toBe(200);
    await attack();
    const count = (): Promise<unknown[]> => proxied.query('SELECT account FROM sign_in_failures');
    proxied.clock.advance(86_400_001);
    await proxied.app.get(SessionsService).prune();
    const known = (await count()).length;
    expect((await from('192.0.2.200', wrong)).status).toBe(401);
    expect((await count()).length).toBe(known + 2);
    proxied.clock.advance(366 * 86_400_000);
    await proxied.app.get(SessionsService).prune();
    expect(await count()).toEqual([]);
    admin = await proxied.api.signIn(admin.user.email, admin.password);
  });
});

test('an address is the same however its letters are put together', async () => {
  const [composed, decomposed] = [
    'Zoë.Ünal@example.com'.normalize('NFC'),
    'Zoë.Ünal@example.com'.normalize('NFD'),
  ];
  expect(composed).not.toBe(decomposed);
  const fields = newUserFields({ email: ` ${decomposed} ` });
  const { body } = await service.api.post<UserDto>('/user', fields);
  expect(body.email).toBe(composed.toLowerCase());
  expect((await service.api.post('/user', newUserFields({ email: composed }))).status).toBe(409);
  for (const email of [composed, decomposed, decomposed.toUpperCase()])
    expect((await service.api.signIn(email, fields.password)).user.id).toBe(body.id);
  for (let n = 0; n < 10; n++) expect((await attempt(n % 2 ? composed : decomposed)).status).toBe(401);
  expect((await attempt(composed)).status).toBe(429);
});

test('an address that could not be brought to its normal form is found as it is spelled', async () => {
  const taken = await service.api.newUser({ email: 'chlo\u00e9@example.com' });
  const kept = await service.api.newUser({ password: 'the older horse battery' });
  await service.write('UPDATE users SET email = ? WHERE id = ?', ['chloe\u0301@example.com', kept.user.id]);
  for (const user of [
    await service.api.signIn('CHLOe\u0301@example.com', kept.password),
    await service.api.signIn('chlo\u00c9@example.com', taken.password),
  ])
    expect(user.user.id).toBe(user.password === kept.password ? kept.user.id : taken.user.id);
});

describe('one address', () => {
  test('may sign in and sign up so often a minute', async () => {
    const strict = await TestService.start({ SIGN_INS_PER_MINUTE: '3' });
    try {
      for (let n = 0; n < 3; n++) {
        expect((await strict.api.post('/user', newUserFields())).status).toBe(200);
        expect(
          (await strict.api.post('/auth/signin', { email: `${String(n)}@example.com`, password: 'x' }))
            .status,
        ).toBe(401);
      }
      for (const path of ['/user', '/auth/signin']) {
        const refused = await strict.api.post(path, newUserFields());
        expect([refused.status, refused.body.title]).toEqual([429, 'Too Many Requests']);
        expect(retryAfter(refused)).toBeGreaterThan(0);
        expect(retryAfter(refused)).toBeLessThanOrEqual(60);
      }
      expect((await strict.api.get('/health/live')).status).toBe(200);
    } finally {
      await strict.stop();
    }
  });

  test.each([
    ['nobody’s', {}, [401, 429]],
    ['a proxy’s elsewhere', { TRUST_PROXY: '10.0.0.0/8' }, [401, 429]],
    ['this proxy’s', { TRUST_PROXY: '10.0.0.0/8, 127.0.0.1' }, [401, 401]],
  ])('is what X-Forwarded-For says when TRUST_PROXY is %s', async (_whose, settings, statuses) => {
    const strict = await TestService.start({ SIGN_INS_PER_MINUTE: '1', ...settings });
    try {
      const seen: number[] = [];
      for (const address of ['203.0.113.1', '203.0.113.2']) {
        const { status } = await fetch(`${strict.api.url}/auth/signin`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
          body: JSON.stringify({ email: 'a@example.com', password: 'x' }),
        });
        seen.push(status);
      }
      expect(seen).toEqual(statuses);
    } finally {
      await strict.stop();
    }
  });

  test('is the same whatever port a trusted proxy sends with it', async () => {
    const strict = await TestService.start({ SIGN_INS_PER_MINUTE: '1', TRUST_PROXY: '127.0.0.1' });
    try {
      const seen: number[] = [];
      for (const address of [
        '7.7.7.7:1001',
        '7.7.7.7:1002',
        '::ffff:7.7.7.7',
        '[::ffff:7.7.7.7]:3',
        '7.7.7.7',
      ]) {
        const { status } = await fetch(`${strict.api.url}/auth/signin`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
          body: JSON.stringify({ email: 'a@example.com', password: 'x' }),
        });
        seen.push(status);
      }
      expect(seen).toEqual([401, 429, 429, 429, 429]);
    } finally {
      await strict.stop();
    }
  });

  test.each([
    ['203.0.113.1', '203.0.113.1'],
    ['::ffff:203.0.113.1', '203.0.113.1'],
    ['2001:db8:1:2:3::4', '2001:db8:1:2::'],
    ['2001:db8:1:2:ffff::', '2001:db8:1:2::'],
    ['unknown', 'unknown'],
  ])('%s is of %s', (address, visitor) => {
    expect(visitorOf(address)).toBe(visitor);
  });
});

test('more people than can be served at a time are told to come back', async () => {
  const answers = await Promise.all(
    Array.from({ length: 300 }, (_, n) => attempt(`${String(n)}@example.com`)),
  );
  const statuses = new Set(answers.map(({ status }) => status));
  expect([...statuses].sort()).toEqual([401, 429]);
  const refused = answers.find(({ status }) => status === 429);
  expect(refused?.body.detail).toBe('Too many people are signing in at the moment. Try again in 5 s.');
});

test('an unknown address takes as long as a wrong password', async () => {
  const known: number[] = [];
  const unknown: number[] = [];
  for (let n = 0; n < 60; n++) {
    const { email } = (await service.api.newUser()).user;
    for (const [times, address] of [
      [known, email],
      [unknown, `not-${email}`],
    ] as const) {
      const begun = performance.now();
      expect((await attempt(address)).status).toBe(401);
      times.push(performance.now() - begun);
    }
  }
  const median = (times: number[]): number => times.sort((a, b) => a - b)[times.length / 2] ?? 0;
  const [a, b] = [median(known), median(unknown)];
  process.stdout.write(
    `sign-in, medians of 60: known address ${a.toFixed(1)} ms, unknown ${b.toFixed(1)} ms\n`,
  );
  // A hash takes 20 ms and more: without it the times would be worlds apart.
  expect(Math.min(a, b) / Math.max(a, b)).toBeGreaterThan(0.7);
}, 60_000);
