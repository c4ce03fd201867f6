import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { SecretDto } from '../../src/secrets/dto/secret.dto.js';
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
