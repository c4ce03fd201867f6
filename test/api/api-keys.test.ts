import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ApiKeyDto, NewApiKeyDto } from '../../src/auth/dto/api-key.dto.js';
import type { ApiClient, SignedInClient } from '../support/api-client.js';
import { TestService } from '../support/test-service.js';

let service: TestService;
let admin: SignedInClient;
let member: SignedInClient;
beforeAll(async () => {
  service = await TestService.start({ SESSION_TTL_HOURS: '1000' });
  service.clock.set('2030-01-01T12:00:00Z');
  admin = await service.api.newUser();
  member = await service.api.newUser();
});
afterAll(() => service.stop());

async function newKey(
  scopes: string[],
  fields: object = {},
): Promise<{ client: ApiClient; key: NewApiKeyDto }> {
  const { status, body } = await member.post<NewApiKeyDto>('/auth/api-keys', {
    name: 'a script',
    scopes,
    ...fields,
  });
  expect(status).toBe(201);
  return { client: service.api.withToken(body.key), key: body };
}

test('a key is shown once, and only its hash is stored', async () => {
  const { key, client } = await newKey(['read', 'write']);
  expect(key).toEqual({
    id: expect.any(Number),
    name: 'a script',
    key: expect.stringMatching(/^sch_[\w-]{43}$/),
    hint: key.key.slice(0, 10),
    scopes: ['read', 'write'],
    expires_at: null,
    last_used_at: null,
    created_at: '2030-01-01T12:00:00.000Z',
  });
  const { body: keys } = await member.get<ApiKeyDto[]>('/auth/api-keys');
  expect(keys.map((each) => ({ ...each, key: key.key }))).toContainEqual(key);
  expect(JSON.stringify(keys)).not.toContain(key.key);
  expect((await client.get('/auth/me')).body).toEqual(member.user);
  const rows: unknown = await service.query('SELECT * FROM api_keys');
  expect(JSON.stringify(rows)).not.toContain(key.key.slice(10));
});

test.each([
  ['name', { name: '' }],
  ['name', { name: 'x'.repeat(101) }],
  ['scopes', { scopes: [] }],
  ['scopes', { scopes: ['admin'] }],
  ['scopes', { scopes: ['read', 'read'] }],
  ['scopes', { scopes: 'read' }],
  ['expires_at', { expires_at: '2030-01-01T12:00:00Z' }],
  ['expires_at', { expires_at: 'tomorrow' }],
  ['key', { key: 'sch_mine' }],
])('refuses a wrong %s: %j', async (field, fields) => {
  const { status, body } = await member.post('/auth/api-keys', { name: 'x', scopes: ['read'], ...fields });
  expect(status).toBe(422);
  expect(body.errors).toMatchObject([{ field }]);
});

describe('scopes', () => {
  test('a read key reads, previews, and changes nothing', async () => {
    const { client } = await newKey(['read']);
    const { id } = await member.newSchedule();
    const path = `/schedules/${String(id)}`;
    expect((await client.get(path)).status).toBe(200);
    expect((await client.post('/schedules/preview', { schedule_interval: '@daily' })).status).toBe(200);
    const refused = await client.patch(path, { enabled: false });
    expect([refused.status, refused.body.detail]).toEqual([403, 'This API key has no scope "write".']);
    for (const [method, at, body] of [
      ['POST', '/schedules', { title: 'x', schedule_interval: '@daily' }],
      ['DELETE', path, undefined],
      ['POST', `${path}/run`, undefined],
      ['POST', `${path}/rotate-signing-secret`, undefined],
    ] as const) {
      expect([at, (await client.request(method, at, body)).status]).toEqual([at, 403]);
    }
  });

  test('a write key may be kept from reading', async () => {
    const { client } = await newKey(['write']);
    const { id } = await member.newSchedule();
    expect((await client.post(`/schedules/${String(id)}/run`)).status).toBe(202);
    expect((await client.get('/schedules')).status).toBe(403);
  });

  test('no key makes credentials, or changes what they are made of', async () => {
    const { client, key } = await newKey(['read', 'write']);
    const path = `/user/${String(member.user.id)}`;
    expect((await client.post('/auth/api-keys', { name: 'x', scopes: ['read'] })).status).toBe(403);
    expect((await client.delete(`/auth/api-keys/${String(key.id)}`)).status).toBe(403);
    for (const fields of [{ password: 'another horse battery' }, { email: 'new@example.com' }]) {
      expect((await client.patch(path, fields)).status).toBe(403);
    }
    expect((await client.patch(path, { first_name: 'Ada' })).status).toBe(200);
    expect((await client.post('/auth/signout')).status).toBe(409);
  });
});

test('a key expires', async () => {
  const { client } = await newKey(['read'], { expires_at: '2030-01-01T13:00:00Z' });
  service.clock.set('2030-01-01T12:59:59.999Z');
  expect((await client.get('/auth/me')).status).toBe(200);
  service.clock.set('2030-01-01T13:00:00Z');
  expect((await client.get('/auth/me')).status).toBe(401);
});

test('a key says when it was last used, to the minute', async () => {
  const { client, key } = await newKey(['read']);
  const lastUsed = async (): Promise<unknown> => {
    const { body } = await member.get<ApiKeyDto[]>('/auth/api-keys');
    return body.find(({ id }) => id === key.id)?.last_used_at;
  };
  service.clock.set('2030-01-02T12:00:00Z');
  await client.get('/auth/me');
  // It is noted beside the answer; the unit of work after it sees it.
  await service.unitOfWork.transaction(() => Promise.resolve());
  expect(await lastUsed()).toBe('2030-01-02T12:00:00.000Z');
  service.clock.set('2030-01-02T12:00:59Z');
  await client.get('/auth/me');
  await service.unitOfWork.transaction(() => Promise.resolve());
  expect(await lastUsed()).toBe('2030-01-02T12:00:00.000Z');
  service.clock.set('2030-01-02T12:01:00Z');
  await client.get('/auth/me');
  await service.unitOfWork.transaction(() => Promise.resolve());
  expect(await lastUsed()).toBe('2030-01-02T12:01:00.000Z');
});

test('a revoked key is good no more; others’ keys cannot be seen or revoked', async () => {
  const { client, key } = await newKey(['read']);
  const path = `/auth/api-keys/${String(key.id)}`;
  expect((await admin.delete(path)).status).toBe(404);
  expect((await admin.get('/auth/api-keys')).body).toEqual([]);
  expect((await member.delete(path)).status).toBe(200);
  expect((await client.get('/auth/me')).status).toBe(401);
  expect((await member.delete(path)).status).toBe(404);
});

test.each(['sch_', 'sch_nonsense', `sch_${'A'.repeat(43)}`, `sch_${'x'.repeat(5000)}`])(
  '%s is no key',
  async (key) => {
    expect((await service.api.withToken(key).get('/auth/me')).status).toBe(401);
  },
);

test('keys go with their user', async () => {
  const user = await service.api.newUser();
  const { body } = await user.post<NewApiKeyDto>('/auth/api-keys', { name: 'x', scopes: ['read'] });
  await admin.delete(`/user/${String(user.user.id)}`);
  expect((await service.api.withToken(body.key).get('/auth/me')).status).toBe(401);
});
