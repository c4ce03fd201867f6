import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { UserDto } from '../../src/users/dto/user.dto.js';
import { newUserFields } from '../support/api-client.js';
import { TestService } from '../support/test-service.js';

let service: TestService;
beforeAll(async () => {
  service = await TestService.start();
});
afterAll(() => service.stop());

test('signs anyone up; the first user is admin, the others are members', async () => {
  const fields = newUserFields({ photo: 'https://example.com/ada.png' });
  const first = await service.api.post<UserDto>('/user', fields);
  expect(first.status).toBe(200);
  const { password, ...shown } = fields;
  const now = service.clock.now().toISOString();
  expect(first.body).toEqual({ id: 1, ...shown, role: 'admin', created_at: now, updated_at: now });
  expect(JSON.stringify(first.body)).not.toContain(password);

  const second = await service.api.post<UserDto>('/user/', newUserFields());
  expect(second.body).toMatchObject({ id: 2, role: 'member', photo: null });
});

test('of many first users at once, one becomes admin', async () => {
  const other = await TestService.start();
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => other.api.post<UserDto>('/user', newUserFields())),
  );
  expect(answers.filter(({ body }) => body.role === 'admin')).toHaveLength(1);
  await other.stop();
});

test('keeps the password as an argon2id hash', async () => {
  const { body } = await service.api.post<UserDto>('/user', newUserFields());
  const [row] = await service.query<{ password: string }>('SELECT password FROM users WHERE id = ?', [
    body.id,
  ]);
  expect(row?.password).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
});

test('refuses an e-mail address that is taken, in any case, and a phone that is taken', async () => {
  const taken = newUserFields();
  await service.api.post('/user', taken);
  const email = await service.api.post('/user', newUserFields({ email: taken.email.toUpperCase() }));
  expect(email.status).toBe(409);
  expect(email.headers.get('content-type')).toContain('application/problem+json');
  expect(email.body.detail).toBe('This email is already in use.');
  const phone = await service.api.post('/user', newUserFields({ phone: taken['phone'] }));
  expect(phone.status).toBe(409);
  expect(phone.body.detail).toBe('This phone is already in use.');
});

test.each([
  ['first_name', ''],
  ['first_name', null],
  ['first_name', 'x'.repeat(101)],
  ['first_name', 'a\u0000b'],
  ['last_name', 7],
  ['email', 'ada'],
  ['email', ['ada@example.com']],
  ['password', 'short'],
  ['password', 12345678],
  ['phone', 'call me'],
  ['phone', '+'],
  ['photo', 'javascript:alert(1)'],
  ['role', 'owner'],
  ['id', 1],
])('refuses %s = %j, naming the field', async (field, value) => {
  const { status, body } = await service.api.post('/user', { ...newUserFields(), [field]: value });
  expect(status).toBe(422);
  expect(body.errors?.map((error) => error.field)).toEqual([field]);
  expect(body.errors?.[0]?.message).toMatch(/\w/);
});

test('says of a field of the wrong type what type is right', async () => {
  const { body } = await service.api.post('/user', { ...newUserFields(), email: null, photo: 7 });
  expect(body.errors).toEqual([
    { field: 'email', message: 'an e-mail address, such as ada@example.com' },
    { field: 'photo', message: 'an http or https URL, or null' },
  ]);
});

test('names every missing field at once', async () => {
  const { status, body } = await service.api.post('/user', {});
  expect(status).toBe(422);
  expect(body.errors?.map(({ field }) => field).sort()).toEqual([
    'email',
    'first_name',
    'last_name',
    'password',
    'phone',
  ]);
});
