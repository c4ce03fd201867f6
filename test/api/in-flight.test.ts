import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { NewApiKeyDto } from '../../src/auth/dto/api-key.dto.js';
import { type Answer, type ApiClient, newUserFields, type SignedInClient } from '../support/api-client.js';
import { gate, holdNext } from '../support/hold.js';
import { onPostgres } from '../support/test-database.js';
import { TestService } from '../support/test-service.js';
import { until } from '../support/until.js';
import { ACCESS, Fixture } from './access-table.js';

// A request is under way from the moment its credential was found good until its transaction is committed.

let service: TestService;
let admin: SignedInClient;
let owner: SignedInClient;
let fixture: Fixture;
beforeAll(async () => {
  service = await TestService.start({ MAX_SCHEDULES_PER_USER: '100000' });
  admin = await service.api.newUser();
  owner = await service.api.newUser();
  fixture = new Fixture(service, owner);
});
afterAll(() => service.stop());

const again = (user: SignedInClient): Promise<SignedInClient> =>
  service.api.signIn(user.user.email, user.password);

/** Every row that a request could have changed. */
const rows = async (): Promise<unknown> =>
  Object.fromEntries(
    await Promise.all(
      ['users', 'sessions', 'api_keys', 'secrets', 'schedules', 'runs', 'audit_log'].map(async (table) => [
        table,
        await service.query(`SELECT * FROM ${table} ORDER BY id`),
      ]),
    ),
  );

/** Sends a request, ends its credential while it waits to write, and resolves with its answer. */
async function overtaken(
  request: () => Promise<Answer<unknown>>,
  end: () => Promise<Answer<unknown>>,
): Promise<{ status: number; changed: boolean }> {
  const held = holdNext(service.unitOfWork);
  const answer = request();
  await Promise.race([
    held.asked,
    answer.then(({ status }) => {
      throw new Error(`answered ${String(status)} without a transaction`);
    }),
  ]);
  const ended = await end();
  expect([200, 204]).toContain(ended.status);
  const before = await rows();
  held.release();
  const { status } = await answer;
  const after = await rows();
  return { status, changed: JSON.stringify(after) !== JSON.stringify(before) };
}

test('an operation whose session was ended meanwhile changes nothing, whichever it is', async () => {
  const { body } = await service.api.get<{ paths: Record<string, Record<string, { operationId: string }>> }>(
    '/docs-json',
  );
  const writing = Object.entries(body.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .map(([method, { operationId }]) => ({ method: method.toUpperCase(), path, operationId }))
      .filter(({ method }) => method !== 'GET')
      .filter(({ operationId }) => ACCESS[operationId]?.who !== 'anyone')
      .filter(({ method, operationId }) => method === 'DELETE' || ACCESS[operationId]?.scope !== 'read'),
  );
  expect(writing.length).toBeGreaterThan(15);
  const answers: Record<string, unknown> = {};
  for (const { operationId, method, path } of writing) {
    const entry = ACCESS[operationId];
    const caller = await again(entry?.who === 'admin' ? admin : owner);
    const { id, body: given } = (await entry?.request(fixture)) ?? {};
    const sent =
      operationId === 'changeSchedules' ? { ids: [(await fixture.schedule()).id], change: 'pause' } : given;
    answers[operationId] = await overtaken(
      () => caller.request(method, path.replace(/\{\w+\}/, String(id)), sent),
      () => caller.post('/auth/signout'),
    );
  }
  const refused = Object.fromEntries(
    writing.map(({ operationId }) => [operationId, { status: 401, changed: false }]),
  );
  expect(answers).toEqual(refused);
}, 60_000);

describe('a schedule is not made by a request', () => {
  const make = (client: ApiClient) => (): Promise<Answer<unknown>> =>
    client.post('/schedules/', { title: 'too late', schedule_interval: '@daily' });
  const refused = { status: 401, changed: false };

  test('whose session was ended from another one', async () => {
    const user = await service.api.newUser();
    const { body } = await user.get<{ id: string }[]>('/auth/sessions');
    const other = await again(user);
    const end = (): Promise<Answer<unknown>> => other.delete(`/auth/sessions/${body[0]?.id ?? ''}`);
    expect(await overtaken(make(user), end)).toEqual(refused);
  });

  test('whose user has another password by then', async () => {
    const user = await service.api.newUser();
    const end = (): Promise<Answer<unknown>> =>
      admin.patch(`/user/${String(user.user.id)}`, { password: 'another horse battery' });
    expect(await overtaken(make(user), end)).toEqual(refused);
  });

  test('whose user was deleted', async () => {
    const user = await service.api.newUser();
    const end = (): Promise<Answer<unknown>> => admin.delete(`/user/${String(user.user.id)}`);
    expect(await overtaken(make(user), end)).toEqual(refused);
  });

  test('whose API key was revoked', async () => {
    const user = await service.api.newUser();
    const { body } = await user.post<NewApiKeyDto>('/auth/api-keys', { name: 'a', scopes: ['write'] });
    const program = service.api.withToken(body.key);
    await program.get('/auth/me');
    // Its use is noted by a transaction of its own.
    await until(async () => {
      const [row] = await service.query<{ last_used_at: unknown }>(
        'SELECT last_used_at FROM api_keys WHERE id = ?',
        [body.id],
      );
      return row?.last_used_at !== null;
    });
    const end = (): Promise<Answer<unknown>> => user.delete(`/auth/api-keys/${String(body.id)}`);
    expect(await overtaken(make(program), end)).toEqual(refused);
  });
});

test('who is no admin by then is told so', async () => {
  const other = await service.api.newUser();
  await admin.patch(`/user/${String(other.user.id)}`, { role: 'admin' });
  const demoted = await again(other);
  const answer = await overtaken(
    () => demoted.post('/user', newUserFields({ role: 'admin' })),
    () => admin.patch(`/user/${String(other.user.id)}`, { role: 'member' }),
  );
  expect(answer).toEqual({ status: 403, changed: false });
});

(onPostgres ? test : test.skip)('ending a session waits for what it is writing', async () => {
  const user = await service.api.newUser();
  const [written, commit] = [gate(), gate()];
  const { unitOfWork } = service;
  const begin = unitOfWork.transaction.bind(unitOfWork);
  unitOfWork.transaction = (work) => {
    unitOfWork.transaction = begin;
    return begin(async (manager) => {
      const result = await work(manager);
      written.open();
      await commit.opened;
      return result;
    });
  };
  const order: string[] = [];
  const made = user.post('/secrets', { name: 'IN_TIME', value: 'hidden' }).then(({ status }) => {
    order.push(`made ${String(status)}`);
  });
  await written.opened;
  const ended = user.post('/auth/signout').then(({ status }) => {
    order.push(`ended ${String(status)}`);
  });
  await until(async () => {
    const waiting = await service.query(
      `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
    );
    return waiting.length > 0;
  });
  commit.open();
  await Promise.all([made, ended]);
  expect(order.sort()).toEqual(['ended 204', 'made 201']);
});
