import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { UserDto } from '../../src/users/dto/user.dto.js';
import { InvalidSettings, AppConfig } from '../../src/config/app-config.js';
import { newUserFields, type SignedInClient } from '../support/api-client.js';
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

describe('a role', () => {
  test('is set by admins only, when a user is made and later', async () => {
    const made = await admin.post<UserDto>('/user', newUserFields({ role: 'admin' }));
    expect(made).toMatchObject({ status: 200, body: { role: 'admin' } });
    const path = `/user/${String(made.body.id)}`;
    expect(await admin.patch<UserDto>(path, { role: 'member' })).toMatchObject({ body: { role: 'member' } });

    for (const visitor of [service.api, member]) {
      expect((await visitor.post('/user', newUserFields({ role: 'admin' }))).status).toBe(403);
      expect((await visitor.post('/user', newUserFields({ role: 'member' }))).status).toBe(403);
    }
    const own = await member.patch(`/user/${String(member.user.id)}`, { role: 'admin' });
    expect([own.status, own.body.detail]).toEqual([403, 'Only admins set a role: leave it out.']);
  });

  test('counts from the very next request', async () => {
    const user = await service.api.newUser();
    const path = `/user/${String(user.user.id)}`;
    expect((await user.get('/user')).headers.get('x-total-count')).toBe('1');
    await admin.patch(path, { role: 'admin' });
    expect(Number((await user.get('/user')).headers.get('x-total-count'))).toBeGreaterThan(1);
    await admin.patch(path, { role: 'member' });
    expect((await user.get('/user')).headers.get('x-total-count')).toBe('1');
  });

  test('of the last admin stays, also when two are demoted at once', async () => {
    const other = await service.api.newUser();
    await admin.patch(`/user/${String(other.user.id)}`, { role: 'admin' });
    const answers = await Promise.all([
      admin.patch(`/user/${String(other.user.id)}`, { role: 'member' }),
      other.patch(`/user/${String(admin.user.id)}`, { role: 'member' }),
    ]);
    // The second one is not an admin any more by then, or would demote the last.
    expect(answers.map(({ status }) => status).sort()).toEqual([200, expect.any(Number)]);
    const admins: unknown = await service.query("SELECT count(*) AS n FROM users WHERE role = 'admin'");
    expect(admins).toEqual([{ n: 1 }]);
    const left = answers[0].status === 200 ? admin : other;
    const { status, body } = await left.patch(`/user/${String(left.user.id)}`, { role: 'member' });
    expect([status, body.detail]).toEqual([
      409,
      'This is the last admin: nobody could manage the service any more.',
    ]);
    expect((await left.delete(`/user/${String(left.user.id)}`)).status).toBe(409);
    await left.patch(`/user/${String(admin.user.id)}`, { role: 'admin' });
  });
});

describe('REGISTRATION=closed', () => {
  let closed: TestService;
  beforeAll(async () => {
    closed = await TestService.start({
      REGISTRATION: 'closed',
      ADMIN_EMAIL: 'Root@Example.com',
      ADMIN_PASSWORD: 'correct horse battery',
    });
  });
  afterAll(() => closed.stop());

  test('starts with an admin, who makes users; nobody else does', async () => {
    const root = await closed.api.signIn('root@example.com', 'correct horse battery');
    expect(root.user).toMatchObject({ id: 1, role: 'admin', email: 'root@example.com' });
    const refused = await closed.api.post('/user', newUserFields());
    expect([refused.status, refused.body.detail]).toEqual([
      401,
      'Registration is closed: an admin makes users.',
    ]);

    const fields = newUserFields();
    expect(await root.post<UserDto>('/user', fields)).toMatchObject({
      status: 200,
      body: { role: 'member' },
    });
    const user = await closed.api.signIn(fields.email, fields.password);
    expect((await user.post('/user', newUserFields())).status).toBe(403);
    expect((await closed.api.withToken('nonsense').post('/user', newUserFields())).status).toBe(401);
  });

  test('the admin who is there is left as it is', async () => {
    const root = await closed.api.signIn('root@example.com', 'correct horse battery');
    await root.patch('/user/1', {
      password: 'another horse battery',
      current_password: root.password,
      first_name: 'Ada',
    });
    closed = await closed.restart({
      REGISTRATION: 'closed',
      ADMIN_EMAIL: 'root@example.com',
      ADMIN_PASSWORD: 'correct horse battery',
    });
    let again = await closed.api.signIn('root@example.com', 'another horse battery');
    await again.patch('/user/1', {
      email: 'me@example.com',
      phone: '+49 30 1',
      current_password: 'another horse battery',
    });
    closed = await closed.restart({
      ADMIN_EMAIL: 'root@example.com',
      ADMIN_PASSWORD: 'correct horse battery',
    });
    again = await closed.api.signIn('me@example.com', 'another horse battery');
    expect(again.user.first_name).toBe('Ada');
    expect((await again.get('/user')).headers.get('x-total-count')).toBe('2');
  });
});

test.each([
  [{ ADMIN_EMAIL: 'root@example.com' }, 'ADMIN_PASSWORD'],
  [{ ADMIN_PASSWORD: 'correct horse battery' }, 'ADMIN_EMAIL'],
  [{ ADMIN_EMAIL: 'root@example.com', ADMIN_PASSWORD: 'short' }, 'ADMIN_PASSWORD'],
  [{ ADMIN_EMAIL: 'root', ADMIN_PASSWORD: 'correct horse battery' }, 'ADMIN_EMAIL'],
  [{ REGISTRATION: 'maybe' }, 'REGISTRATION'],
  [{ TRUST_PROXY: 'true' }, 'TRUST_PROXY'],
  ...['1', '[fd00::1]', '10.0.0.0/8,', ',', '10.0.0.0/0', '::/0'].map(
    (proxies) => [{ TRUST_PROXY: proxies }, 'TRUST_PROXY'] as const,
  ),
  [{ CORS_ORIGINS: '*' }, 'CORS_ORIGINS'],
  [{ CORS_ORIGINS: 'https://a.example/path' }, 'CORS_ORIGINS'],
  [{ MAX_SCHEDULES_PER_USER: '0' }, 'MAX_SCHEDULES_PER_USER'],
  [{ MIN_INTERVAL_SECONDS: '0' }, 'MIN_INTERVAL_SECONDS'],
])('%j keeps the service from starting, and names %s', (settings, name) => {
  expect(() => new AppConfig(settings)).toThrow(InvalidSettings);
  expect(() => new AppConfig(settings)).toThrow(name);
  expect(() => new AppConfig(settings)).not.toThrow(/battery|short/);
});
