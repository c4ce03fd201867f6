import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { AuditService } from '../../src/audit/audit.service.js';
import type { AuditEntryDto } from '../../src/audit/dto/audit-entry.dto.js';
import type { NewApiKeyDto } from '../../src/auth/dto/api-key.dto.js';
import type { RunDto } from '../../src/runs/dto/run.dto.js';
import type { SecretDto } from '../../src/secrets/dto/secret.dto.js';
import type { SignedInClient } from '../support/api-client.js';
import { TestService } from '../support/test-service.js';

let service: TestService;
let admin: SignedInClient;
let member: SignedInClient;
beforeAll(async () => {
  service = await TestService.start({ AUDIT_RETENTION_DAYS: '10', SESSION_TTL_HOURS: '8760' });
  service.clock.set('2030-01-01T12:00:00Z');
  admin = await service.api.newUser();
  member = await service.api.newUser();
});
afterAll(() => service.stop());

const entries = async (query = ''): Promise<AuditEntryDto[]> =>
  (await admin.get<AuditEntryDto[]>(`/audit-log${query}`)).body;

test('says who did what to what, when and from where', async () => {
  const { id } = await member.newSchedule({ title: 'Nightly' });
  const path = `/schedules/${String(id)}`;
  service.clock.advance(1000);
  await admin.patch(path, { title: 'Daily', tags: ['x'] });
  const { body: key } = await member.post<NewApiKeyDto>('/auth/api-keys', {
    name: 'script',
    scopes: ['write'],
  });
  await service.api.withToken(key.key).delete(path);
  expect(await entries(`?target_type=schedule&target_id=${String(id)}`)).toEqual([
    {
      ...{ id: expect.any(Number), at: '2030-01-01T12:00:01.000Z', address: '127.0.0.1' },
      ...{ actor_id: member.user.id, api_key_id: key.id, action: 'schedule.delete' },
      ...{ target_type: 'schedule', target_id: id, details: { title: 'Daily' } },
    },
    expect.objectContaining({
      ...{
        actor_id: admin.user.id,
        api_key_id: null,
        action: 'schedule.update',
        at: '2030-01-01T12:00:01.000Z',
      },
      details: { fields: ['title', 'tags'] },
    }),
    expect.objectContaining({
      actor_id: member.user.id,
      action: 'schedule.create',
      details: { title: 'Nightly' },
    }),
  ]);
});

test('tells of every kind of change, once each', async () => {
  const [{ id: last } = { id: 0 }] = await entries('?limit=1');
  const user = await service.api.newUser();
  const { id } = await user.newSchedule();
  const { body: run } = await user.post<RunDto>(`/schedules/${String(id)}/run`);
  await service.settled();
  const { body: replay } = await user.post<RunDto>(`/runs/${String(run.id)}/replay`);
  await service.settled();
  const end = service.action.hang();
  const { body: hanging } = await user.post<RunDto>(`/schedules/${String(id)}/run`);
  await user.post(`/runs/${String(hanging.id)}/cancel`);
  end();
  await service.settled();
  await user.post(`/schedules/${String(id)}/rotate-signing-secret`);
  const { body: secret } = await user.post<SecretDto>('/secrets', { name: 'TOKEN', value: 'hidden value' });
  await user.patch(`/secrets/${String(secret.id)}`, { value: 'hidden, too' });
  await user.delete(`/secrets/${String(secret.id)}`);
  const { body: key } = await user.post<NewApiKeyDto>('/auth/api-keys', { name: 'script', scopes: ['read'] });
  await user.delete(`/auth/api-keys/${String(key.id)}`);
  await user.patch(`/user/${String(user.user.id)}`, {
    first_name: 'Eve',
    password: 'hidden battery',
    current_password: user.password,
  });
  await service.api.post('/auth/signin', { email: user.user.email, password: 'hidden guess' });
  await service.api.post('/auth/signin', { email: 'hidden@example.com', password: 'hidden guess' });
  const again = await service.api.signIn(user.user.email, 'hidden battery');
  await again.post('/auth/signout');
  await admin.delete(`/user/${String(user.user.id)}`);

  const told = (await entries()).filter((entry) => entry.id > last).reverse();
  expect(told.map(({ action, actor_id, target_id }) => [action, actor_id, target_id])).toEqual([
    ['user.create', null, user.user.id],
    ['session.create', null, user.user.id],
    ['schedule.create', user.user.id, id],
    ['run.trigger', user.user.id, run.id],
    ['run.replay', user.user.id, replay.id],
    ['run.trigger', user.user.id, hanging.id],
    ['run.cancel', user.user.id, hanging.id],
    ['schedule.rotate_signing_secret', user.user.id, id],
    ['secret.create', user.user.id, secret.id],
    ['secret.update', user.user.id, secret.id],
    ['secret.delete', user.user.id, secret.id],
    ['api_key.create', user.user.id, key.id],
    ['api_key.delete', user.user.id, key.id],
    ['user.update', user.user.id, user.user.id],
    ['session.refuse', null, user.user.id],
    ['session.refuse', null, null],
    ['session.create', null, user.user.id],
    ['session.delete', user.user.id, user.user.id],
    ['schedule.disable', null, id],
    ['user.delete', admin.user.id, user.user.id],
  ]);
  expect(JSON.stringify(told)).not.toMatch(/hidden|whsec_|sch_/);
});

test('tells nothing of what was refused or did not happen', async () => {
  const before = await entries();
  await member.patch('/schedules/999', { title: 'x' });
  await member.post('/schedules/', { title: 'x', schedule_interval: '0 0 30 2 *' });
  await member.patch(`/user/${String(admin.user.id)}`, { first_name: 'x' });
  await member.post('/user', { ...member.user, password: 'correct horse battery' });
  expect(await entries()).toEqual(before);
});

test('is for admins, has pages and filters, and cannot be changed', async () => {
  expect((await member.get('/audit-log')).status).toBe(403);
  const { body, headers } = await admin.get<AuditEntryDto[]>('/audit-log?limit=2');
  expect(body).toHaveLength(2);
  const next = /<([^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1] ?? '';
  const { body: following } = await admin.get<AuditEntryDto[]>(next);
  expect(following[0]?.id).toBeLessThan(body[1]?.id ?? 0);
  expect((await entries('?action=secret.create')).every(({ action }) => action === 'secret.create')).toBe(
    true,
  );
  expect(
    (await entries(`?actor_id=${String(member.user.id)}`)).every(
      ({ actor_id }) => actor_id === member.user.id,
    ),
  ).toBe(true);
  expect((await admin.get('/audit-log?actor_id=x')).status).toBe(422);
  for (const method of ['POST', 'PATCH', 'PUT', 'DELETE']) {
    expect((await admin.request(method, '/audit-log', {})).status).toBe(404);
    expect((await admin.request(method, '/audit-log/1', {})).status).toBe(404);
  }
});

test('goes back AUDIT_RETENTION_DAYS', async () => {
  expect((await entries()).length).toBeGreaterThan(0);
  service.clock.advance(10 * 86_400_000 + 60_000);
  await service.app.get(AuditService).prune();
  expect(await entries()).toEqual([]);
});
