import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import pg from 'pg';
import type { NewApiKeyDto } from '../../src/auth/dto/api-key.dto.js';
import type { ApiClient, SignedInClient } from '../support/api-client.js';
import { onPostgres } from '../support/test-database.js';
import { TestService } from '../support/test-service.js';

let service: TestService;
let admin: SignedInClient;
beforeAll(async () => {
  service = await TestService.start();
  admin = await service.api.newUser();
});
afterAll(() => service.stop());

/** Writes to the database past the service, as its operator may. */
async function outside(sql: string): Promise<void> {
  const url = service.database.settings['DATABASE_URL'] ?? '';
  if (onPostgres) {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  } else {
    const database = new Database(url.replace('file:', ''));
    database.exec(sql);
    database.close();
  }
}

/** Twice, so that whatever is remembered of a credential is. */
async function works(client: ApiClient): Promise<void> {
  for (let i = 0; i < 2; i++) expect((await client.get('/auth/me')).status).toBe(200);
}

const isRefused = async (client: ApiClient): Promise<void> => {
  expect((await client.get('/auth/me')).status).toBe(401);
};

describe('the very next request knows', () => {
  let member: SignedInClient;
  let key: NewApiKeyDto;
  let program: ApiClient;
  beforeEach(async () => {
    member = await service.api.newUser();
    key = (await member.post<NewApiKeyDto>('/auth/api-keys', { name: 'a', scopes: ['read'] })).body;
    program = service.api.withToken(key.key);
    await works(member);
    await works(program);
  });

  test('that a session was ended', async () => {
    const other = await service.api.signIn(member.user.email, member.password);
    await works(other);
    await other.post('/auth/signout');
    await isRefused(other);
    await works(member);
  });

  test('that a key was revoked', async () => {
    await member.delete(`/auth/api-keys/${String(key.id)}`);
    await isRefused(program);
    await works(member);
  });

  test('that a key was revoked or a session ended past the API', async () => {
    await outside(`DELETE FROM api_keys WHERE id = ${String(key.id)}`);
    await isRefused(program);
    await works(member);
    await outside(`DELETE FROM sessions WHERE user_id = ${String(member.user.id)}`);
    await isRefused(member);
  });

  test('that a password was changed', async () => {
    await admin.patch(`/user/${String(member.user.id)}`, { password: 'another, longer one' });
    await isRefused(member);
  });

  test('that a user was deleted', async () => {
    expect((await admin.delete(`/user/${String(member.user.id)}`)).status).toBe(200);
    await isRefused(member);
    await isRefused(program);
  });

  test('what role a user has', async () => {
    for (const [role, status] of [
      ['admin', 200],
      ['member', 403],
    ] as const) {
      await admin.patch(`/user/${String(member.user.id)}`, { role });
      for (const client of [member, program]) expect((await client.get('/audit-log')).status).toBe(status);
    }
  });

  test('that a session or a key has expired', async () => {
    const expires_at = new Date(service.clock.now().getTime() + 1000).toISOString();
    const { body } = await member.post<NewApiKeyDto>('/auth/api-keys', {
      name: 'b',
      scopes: ['read'],
      expires_at,
    });
    const brief = service.api.withToken(body.key);
    await works(brief);
    service.clock.advance(1000);
    await isRefused(brief);
    service.clock.advance(365 * 86_400_000);
    await isRefused(member);
    admin = await service.api.signIn(admin.user.email, admin.password);
  });
});
