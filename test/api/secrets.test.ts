import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { RunDto } from '../../src/runs/dto/run.dto.js';
import type { SecretDto } from '../../src/secrets/dto/secret.dto.js';
import { AppConfig } from '../../src/config/app-config.js';
import { rotateKey } from '../../src/secrets/key-rotation.js';
import type { SignedInClient } from '../support/api-client.js';
import { TestService } from '../support/test-service.js';

let service: TestService;
let admin: SignedInClient;
let member: SignedInClient;
let other: SignedInClient;
beforeAll(async () => {
  service = await TestService.start();
  service.clock.set('2030-01-01T12:00:00Z');
  admin = await service.api.newUser();
  member = await service.api.newUser();
  other = await service.api.newUser();
});
afterAll(() => service.stop());

let made = 0;
async function newSecret(user = member, fields: object = {}): Promise<SecretDto> {
  const { status, body } = await user.post<SecretDto>('/secrets', {
    ...{ name: `SECRET_${String(++made)}`, value: 'the value', ...fields },
  });
  expect(status).toBe(201);
  return body;
}
const path = ({ id }: { id: number }): string => `/secrets/${String(id)}`;

describe('POST /secrets', () => {
  test('answers with everything but the value', async () => {
    expect(await newSecret(member, { name: 'CRM_TOKEN' })).toEqual({
      id: expect.any(Number),
      owner_id: member.user.id,
      name: 'CRM_TOKEN',
      created_at: '2030-01-01T12:00:00.000Z',
      updated_at: '2030-01-01T12:00:00.000Z',
    });
  });

  test.each([
    ['name', { name: '' }],
    ['name', { name: '1ST' }],
    ['name', { name: 'with space' }],
    ['name', { name: 'x'.repeat(65) }],
    ['name', { name: 7 }],
    ['name', { name: undefined }],
    ['value', { value: 'abc' }],
    ['value', { value: 'x'.repeat(8193) }],
    ['value', { value: 1234 }],
    ['value', { value: null }],
    ['owner_id', { owner_id: 1 }],
  ])('refuses a wrong %s: %j', async (field, fields) => {
    const { status, body } = await member.post('/secrets', { name: 'NAME', value: 'value', ...fields });
    expect(status).toBe(422);
    expect(body.errors).toMatchObject([{ field }]);
  });

  test('answers 409 to a name that is taken, to its owner only', async () => {
    const { name } = await newSecret();
    const { status, body } = await member.post('/secrets', { name, value: 'another' });
    expect(status).toBe(409);
    expect(body.detail).toBe(`You have a secret ${name} already: change its value with PATCH.`);
    await newSecret(other, { name });
  });
});

test('GET /secrets lists one’s own; an admin sees all, or those of one', async () => {
  const mine = await newSecret(member);
  const others = await newSecret(other);
  const names = async (user: SignedInClient, query = ''): Promise<string[]> =>
    (await user.get<SecretDto[]>(`/secrets${query}`)).body.map(({ name }) => name);
  expect(await names(member)).toContain(mine.name);
  expect(await names(member)).not.toContain(others.name);
  expect(await names(admin)).toEqual(expect.arrayContaining([mine.name, others.name]));
  expect(await names(admin, `?owner_id=${String(other.user.id)}`)).not.toContain(mine.name);
  expect(await names(member, `?owner_id=${String(other.user.id)}`)).toEqual([]);
  const { body, headers } = await member.get<SecretDto[]>('/secrets?limit=1');
  expect(body).toHaveLength(1);
  expect(headers.get('link')).toContain('cursor=');
});

test('PATCH /secrets/{id} sets another value and nothing else', async () => {
  const secret = await newSecret();
  service.clock.advance(60_000);
  const { body } = await member.patch<SecretDto>(path(secret), { value: 'another' });
  expect(body).toEqual({ ...secret, updated_at: '2030-01-01T12:01:00.000Z' });
  expect((await member.get(path(secret))).body).toEqual(body);
  expect((await member.patch(path(secret), { name: 'OTHER', value: 'another' })).status).toBe(422);
  expect((await member.patch(path(secret), {})).status).toBe(422);
});

test('DELETE /secrets/{id} is refused while a schedule uses it, and names the schedules', async () => {
  const secret = await newSecret(member, { name: 'USED' });
  await newSecret(member, { name: 'USED_NOT' });
  const { id } = await member.newSchedule({
    title: 'Nightly',
    action: { type: 'http', url: 'https://example.com', headers: { 'X-Key': '{{ secrets.USED }}' } },
  });
  // Of somebody else, by the same name; and one that only looks as if.
  await newSecret(other, { name: 'USED' });
  await other.newSchedule({ action: { type: 'http', url: 'https://example.com/{{secrets.USED}}' } });
  await member.newSchedule({ action: { type: 'http', url: 'https://example.com/{{secrets.USED_NOT}}' } });

  const { status, body } = await member.delete(path(secret));
  expect(status).toBe(409);
  expect(body.detail).toBe(`Secret USED is used by schedules ${String(id)} (Nightly): change them first.`);

  await member.delete(`/schedules/${String(id)}`);
  expect(await member.delete<SecretDto>(path(secret))).toMatchObject({ status: 200, body: secret });
  expect((await member.get(path(secret))).status).toBe(404);
});

test('a member reaches no secret of others, an admin does', async () => {
  const secret = await newSecret(member);
  expect((await other.get(path(secret))).status).toBe(404);
  expect((await other.patch(path(secret), { value: 'mine now' })).status).toBe(404);
  expect((await other.delete(path(secret))).status).toBe(404);
  expect((await admin.patch(path(secret), { value: 'by an admin' })).status).toBe(200);
  expect((await admin.delete(path(secret))).status).toBe(200);
});

describe('a key that is missing', () => {
  const OLD = 'an-old-key'.padEnd(32, '.');
  const NEW = 'a-new-key'.padEnd(32, '.');
  let keyed: TestService;
  let user: SignedInClient;
  let scheduleId: number;

  /** Values of each kind that the old key sealed; the newest row of each table is the new key's. */
  beforeEach(async () => {
    keyed = await TestService.start({ ENCRYPTION_KEY: OLD });
    const first = await keyed.api.newUser();
    await newSecret(first, { name: 'OLD' });
    ({ id: scheduleId } = await first.newSchedule({ schedule_interval: '@yearly' }));
    keyed = await keyed.restart({ ENCRYPTION_KEY: `${NEW},${OLD}` });
    user = await keyed.api.signIn(first.user.email, first.password);
    await newSecret(user, { name: 'NEW' });
    await user.newSchedule({ schedule_interval: '@yearly' });
  });
  afterEach(() => keyed.stop());

  /** What the service says that is started without the old key; the one with both keys goes on afterwards. */
  async function withoutOld(): Promise<string | undefined> {
    const refused = await keyed.restart({ ENCRYPTION_KEY: NEW }).then(
      (started) => {
        keyed = started;
        return undefined;
      },
      (error: unknown) => (error as Error).message,
    );
    if (refused !== undefined) keyed = await keyed.restart({ ENCRYPTION_KEY: `${NEW},${OLD}` });
    return refused;
  }

  test.each([
    ['a secret', `UPDATE schedules SET signing_secret = NULL`, '1 secrets'],
    ['a signing secret', `DELETE FROM secrets`, '1 signing secrets'],
    [
      'a signing secret that is being replaced',
      `UPDATE schedules SET previous_signing_secret = signing_secret, signing_secret = NULL WHERE id = 1`,
      '1 secrets and 1 earlier signing secrets',
    ],
  ])(
    'is noticed at the start, also where only %s needs it that is not the newest',
    async (_what, sql, what) => {
      await keyed.write(sql);
      expect(await withoutOld()).toMatch(
        new RegExp(
          `^What is stored was encrypted with another key: ${what} with the key of id [0-9a-f]{8}\\. ` +
            `ENCRYPTION_KEY has [0-9a-f]{8}\\. Add what is missing behind it, as ENCRYPTION_KEY=new,old; ` +
            `"npm run rotate-encryption-key" then encrypts everything with the first one\\.$`,
        ),
      );
    },
  );

  test('is not missed after a rotation', async () => {
    const { settings } = keyed.database;
    await rotateKey(new AppConfig({ ...settings, ENCRYPTION_KEY: `${NEW},${OLD}` }), keyed.unitOfWork);
    expect(await withoutOld()).toBeUndefined();
    user = await keyed.api.signIn(user.user.email, user.password);
    const { body: run } = await user.post<RunDto>(`/schedules/${String(scheduleId)}/run`);
    await keyed.untilRun(run.id, 'succeeded');
    expect(await keyed.query('SELECT count(*) AS keys FROM sealing_keys')).toEqual([{ keys: 1 }]);
  });

  test('is not missed when what it sealed is gone', async () => {
    await keyed.write(`DELETE FROM secrets WHERE name = 'OLD'`);
    await keyed.write(`UPDATE schedules SET signing_secret = NULL`);
    expect(await withoutOld()).toBeUndefined();
    expect(await keyed.query('SELECT count(*) AS keys FROM sealing_keys')).toEqual([{ keys: 1 }]);
  });
});
