import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { UserDto } from '../../src/users/dto/user.dto.js';
import type { SignedInClient } from '../support/api-client.js';
import { TestService } from '../support/test-service.js';

let service: TestService;
let admin: SignedInClient;
let member: SignedInClient;
beforeAll(async () => {
  service = await TestService.start();
  admin = await service.api.newUser();
  member = await service.api.newUser();
  await service.api.newUser();
});
afterAll(() => service.stop());

test('shows an admin everyone, as a bare array', async () => {
  const { status, body, headers } = await admin.get<UserDto[]>('/user');
  expect(status).toBe(200);
  expect(body.map(({ id }) => id)).toEqual([1, 2, 3]);
  expect(headers.get('x-total-count')).toBe('3');
  expect(headers.get('link')).toBeNull();
  expect(JSON.stringify(body)).not.toContain('argon2');
});

test('shows a member only itself', async () => {
  const { body, headers } = await member.get<UserDto[]>('/user/');
  expect(body).toEqual([member.user]);
  expect(headers.get('x-total-count')).toBe('1');
});

test('hands out pages whose Link leads to the next', async () => {
  const first = await admin.get<UserDto[]>('/user?limit=2');
  expect(first.body.map(({ id }) => id)).toEqual([1, 2]);
  expect(first.headers.get('x-total-count')).toBe('3');
  expect(first.headers.get('link')).toBe('</user?limit=2&cursor=2>; rel="next"');
  const second = await admin.get<UserDto[]>('/user?limit=2&cursor=2');
  expect(second.body.map(({ id }) => id)).toEqual([3]);
  expect(second.headers.get('link')).toBeNull();
});

test.each(['limit=0', 'limit=1001', 'limit=x', 'limit=1.5', 'cursor=-1', 'cursor=abc', 'colour=red'])(
  'refuses ?%s, naming the parameter',
  async (query) => {
    const { status, body } = await admin.get(`/user?${query}`);
    expect(status).toBe(422);
    expect(body.errors?.[0]?.field).toBe(query.split('=')[0]);
  },
);
