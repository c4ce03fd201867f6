import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { SessionDto } from '../../src/auth/dto/session.dto.js';
import { nextPage, type SignedInClient } from '../support/api-client.js';
import { TestService } from '../support/test-service.js';

let service: TestService;
let user: SignedInClient;
beforeAll(async () => {
  service = await TestService.start({ SESSION_TTL_HOURS: '1' });
  service.clock.set('2030-01-01T12:00:00Z');
  user = await service.api.newUser();
});
afterAll(() => service.stop());

const sessionsOf = async (client: SignedInClient): Promise<SessionDto[]> =>
  (await client.get<SessionDto[]>('/auth/sessions')).body;

test('one sees one’s own sessions, and ends any of them', async () => {
  service.clock.advance(60_000);
  const other = await service.api.signIn(user.user.email, user.password);
  await service.api.newUser();
  const sessions = await sessionsOf(user);
  expect(sessions).toEqual([
    {
      id: expect.any(String),
      current: false,
      address: '127.0.0.1',
      user_agent: 'node',
      created_at: '2030-01-01T12:01:00.000Z',
      expires_at: '2030-01-01T13:01:00.000Z',
    },
    expect.objectContaining({ current: true, created_at: '2030-01-01T12:00:00.000Z' }),
  ]);
  expect((await user.delete(`/auth/sessions/${sessions[0]?.id ?? ''}`)).status).toBe(204);
  expect((await other.get('/auth/me')).status).toBe(401);
  expect(await sessionsOf(user)).toHaveLength(1);
});

test('nobody ends sessions of others', async () => {
  const eve = await service.api.newUser();
  const [session] = await sessionsOf(user);
  for (const id of [session?.id ?? '', 'nonsense', '00000000-0000-0000-0000-000000000000', '%00']) {
    expect((await eve.delete(`/auth/sessions/${id}`)).status).toBe(404);
  }
  expect((await user.get('/auth/me')).status).toBe(200);
});

test('sessions that are over are not shown', async () => {
  const late = await service.api.newUser();
  service.clock.advance(1_800_000);
  const again = await service.api.signIn(late.user.email, late.password);
  expect(await sessionsOf(again)).toHaveLength(2);
  service.clock.advance(1_800_000);
  expect(await sessionsOf(again)).toHaveLength(1);
});

test('a list of sessions has pages', async () => {
  const many = await service.api.newUser();
  for (let n = 0; n < 4; n++) {
    // Two of the same instant: the id decides.
    if (n % 2 === 0) service.clock.advance(1000);
    await service.api.signIn(many.user.email, many.password);
  }
  const all = await sessionsOf(many);
  expect(all).toHaveLength(5);
  const seen: SessionDto[] = [];
  for (let next: string | undefined = '/auth/sessions?limit=2'; next !== undefined;) {
    const { body, headers } = await many.get<SessionDto[]>(next);
    expect(headers.get('x-total-count')).toBe('5');
    expect(body.length).toBeLessThanOrEqual(2);
    seen.push(...body);
    next = nextPage(headers);
  }
  expect(seen).toEqual(all);
  for (const query of ['limit=0', 'limit=1001', 'cursor=1', 'cursor=x.y'])
    expect((await many.get(`/auth/sessions?${query}`)).status).toBe(422);
});

test('a user has at most 100 sessions: those that were started first end', async () => {
  const many = await service.api.newUser();
  await service.write(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 150)
       INSERT INTO sessions (id, user_id, address, user_agent, created_at, expires_at)
       SELECT 'old-' || i, ?, '', '', ?, ? FROM n`,
    [many.user.id, '2029-12-31 00:00:00.000', '2031-01-01 00:00:00.000'],
  );
  service.clock.advance(1000);
  const latest = await service.api.signIn(many.user.email, many.password);
  const { body, headers } = await latest.get<SessionDto[]>('/auth/sessions');
  expect(headers.get('x-total-count')).toBe('100');
  expect(body[0]?.current).toBe(true);
  // The first of this test is newer than the 150.
  expect((await many.get('/auth/me')).status).toBe(200);
});

test('the key of the tokens is rotated without signing anybody out', async () => {
  const [first, second, third] = ['1', '2', '3'].map((n) => n.repeat(32)) as [string, string, string];
  let rotating = await TestService.start({ JWT_SECRET: first });
  try {
    const { bearer } = await rotating.api.newUser();
    const works = async (token: string): Promise<boolean> =>
      (await rotating.api.withToken(token).get('/auth/me')).status === 200;
    rotating = await rotating.restart({ JWT_SECRET: `${second},${first}` });
    expect(await works(bearer)).toBe(true);
    const { bearer: newer } = await rotating.api.newUser();
    rotating = await rotating.restart({ JWT_SECRET: second });
    expect([await works(bearer), await works(newer)]).toEqual([false, true]);
    rotating = await rotating.restart({ JWT_SECRET: third });
    expect(await works(newer)).toBe(false);
  } finally {
    await rotating.stop();
  }
});
