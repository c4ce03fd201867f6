import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { ActionResult } from '../../src/actions/action.js';
import type { NewApiKeyDto } from '../../src/auth/dto/api-key.dto.js';
import { NodeLease } from '../../src/nodes/node-lease.js';
import type { RunDto } from '../../src/runs/dto/run.dto.js';
import type { ScheduleDto } from '../../src/schedules/dto/schedule.dto.js';
import type { UserDto } from '../../src/users/dto/user.dto.js';
import { type ApiClient, newUserFields, type SignedInClient } from '../support/api-client.js';
import { insertSchedules } from '../support/many-schedules.js';
import { describeRedisServer, RedisServer } from '../support/redis-server.js';
import { TestService } from '../support/test-service.js';
import { until } from '../support/until.js';

describeRedisServer('two nodes', () => {
  let server: RedisServer;
  let one: TestService;
  let two: TestService;
  let user: SignedInClient;
  /** The same user, on the other node. */
  let there: ApiClient;

  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    await server.command('FLUSHALL');
    const settings = { REDIS_URL: server.url, MAX_SCHEDULES_PER_USER: '5' };
    one = await TestService.start(settings);
    one.clock.set('2030-01-01T12:00:00Z');
    two = await one.beside(settings);
    user = await one.api.newUser();
    there = two.api.withToken(user.bearer);
  });
  afterEach(async () => {
    await two.app.close();
    await one.stop();
  });

  /** Runs whose attempt was told to stop. */
  const stopped: number[] = [];

  const calls = (): number => one.action.calls.length + two.action.calls.length;

  const run = async (id: number): Promise<RunDto> => (await user.get<RunDto>(`/runs/${String(id)}`)).body;

  /** A node whose process was suspended for a minute. */
  const silence = (node: TestService): Promise<void> =>
    one.write(`UPDATE nodes SET seen_at = CURRENT_TIMESTAMP - interval '1 minute' WHERE id = ?`, [
      node.app.get(NodeLease).id,
    ]);

  /** Has a run begin on the first node, and never end by itself there. The second one is to stay away from it. */
  async function begin(fields: object = {}): Promise<{ id: number; end: () => void }> {
    let end = (_result: ActionResult): void => undefined;
    const ended = new Promise<ActionResult>((resolve) => (end = resolve));
    for (const { action } of [one, two]) {
      action.behaviour = ({ run }, stop) => {
        stop.whenTold(() => stopped.push(run.id));
        return ended;
      };
    }
    const { id: schedule } = await user.newSchedule({ schedule_interval: '@yearly', ...fields });
    const ids: number[] = [];
    // Whichever node takes it: until it is the first one.
    for (;;) {
      const { body } = await user.post<RunDto>(`/schedules/${String(schedule)}/run`);
      ids.push(body.id);
      await until(() => calls() >= ids.length);
      const [row] = await one.query<{ node_id: number }>('SELECT node_id FROM runs WHERE id = ?', [body.id]);
      if (row?.node_id === one.app.get(NodeLease).id) {
        const finish = (): void => {
          end({ ok: true, output: 'by the first node' });
        };
        return { id: body.id, end: finish };
      }
      await user.post(`/runs/${String(body.id)}/cancel`);
    }
  }

  test('share what is due: each occurrence is claimed by one of them, and executed once', async () => {
    await insertSchedules(one, 1500, one.clock.now());
    await Promise.all([one.scheduler.claimDue(), two.scheduler.claimDue(), one.scheduler.claimDue()]);
    await one.untilRuns('succeeded', 1500);
    const [row] = await one.query<{ runs: number; schedules: number }>(
      'SELECT count(*) AS runs, count(DISTINCT schedule_id) AS schedules FROM runs',
    );
    expect(row).toEqual({ runs: 1500, schedules: 1500 });
    expect(calls()).toBe(1500);
    expect(await one.query('SELECT id FROM runs WHERE node_id IS NULL')).toEqual([]);
  });

  test('what a silent node was doing is done again by another, and its late outcome changes nothing', async () => {
    const { id, end } = await begin();
    const before = one.app.get(NodeLease).id;
    await silence(one);
    await two.scheduler.sweep();
    expect(await run(id)).toMatchObject({ status: 'queued', attempt: 1 });
    for (const { action } of [one, two]) action.behaviour = () => ({ ok: true, output: 'done again' });
    end();
    await one.untilRun(id, 'succeeded');
    // The write that came too late told the first node that it was taken for dead.
    expect(one.app.get(NodeLease).id).toBeGreaterThan(before);
    expect(await run(id)).toMatchObject({
      ...{ status: 'succeeded', attempt: 2, output: 'done again' },
      attempts: [{ attempt: 1, error: 'its node died while it was running' }],
    });
  });

  test('at most once, it is interrupted', async () => {
    const { id, end } = await begin({ delivery: 'at_most_once' });
    await silence(one);
    await two.scheduler.sweep();
    end();
    await one.settled();
    expect(await run(id)).toMatchObject({ status: 'interrupted', attempt: 1 });
  });

  test('a node that was taken for dead stops what it does, and goes on as another', async () => {
    const { id } = await begin();
    const lease = one.app.get(NodeLease);
    const before = lease.id;
    await silence(one);
    await two.scheduler.sweep();
    for (const { action } of [one, two]) action.behaviour = () => ({ ok: true });
    await lease.beat();
    expect(lease.id).toBeGreaterThan(before);
    expect(stopped).toContain(id);
    await one.untilRun(id, 'succeeded');
    expect(await run(id)).toMatchObject({ attempt: 2 });
    expect(await one.query('SELECT id FROM runs WHERE node_id = ?', [before])).toEqual([]);
  });

  test('a node that gives signs of life is left alone', async () => {
    const { id, end } = await begin();
    await silence(one);
    await one.app.get(NodeLease).beat();
    await two.scheduler.sweep();
    expect((await run(id)).status).toBe('running');
    end();
    await one.settled();
    expect(await run(id)).toMatchObject({ status: 'succeeded', attempt: 1 });
  });

  test('a run is canceled on whichever node it is executed', async () => {
    const { id } = await begin();
    expect((await there.post(`/runs/${String(id)}/cancel`)).status).toBe(200);
    await until(() => stopped.includes(id));
    expect((await run(id)).status).toBe('canceled');
  });

  test('a session or a key that ends on one node is refused by the other at once', async () => {
    const { body: key } = await user.post<NewApiKeyDto>('/auth/api-keys', { name: 'a', scopes: ['read'] });
    const program = two.api.withToken(key.key);
    for (const client of [there, program, there, program])
      expect((await client.get('/auth/me')).status).toBe(200);
    await user.delete(`/auth/api-keys/${String(key.id)}`);
    expect((await program.get('/auth/me')).status).toBe(401);
    await user.post('/auth/signout');
    expect((await there.get('/auth/me')).status).toBe(401);
  });

  test('a quota is one for all nodes', async () => {
    const fields = { title: 'x', schedule_interval: '@daily' };
    const made = await Promise.all(
      Array.from({ length: 20 }, (_, n) => (n % 2 ? user : there).post<ScheduleDto>('/schedules', fields)),
    );
    expect(made.filter(({ status }) => status === 200)).toHaveLength(5);
    expect(made.filter(({ status }) => status === 422)).toHaveLength(15);
  });

  test('an overlap is seen on whichever node the run is', async () => {
    const { id: schedule } = await user.newSchedule({ schedule_interval: '* * * * *' });
    for (const node of [one, two]) node.action.hang();
    one.clock.advance(60_000);
    await two.scheduler.claimDue();
    await one.untilRuns('running', 1);
    one.clock.advance(60_000);
    await Promise.all([one.scheduler.claimDue(), two.scheduler.claimDue()]);
    const { body } = await user.get<RunDto[]>(`/schedules/${String(schedule)}/runs`);
    expect(body.map(({ status }) => status)).toEqual(['skipped', 'running']);
  });
});

describeRedisServer('nodes that start together', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server.stop());

  test('make one admin, and count attempts to sign in together', async () => {
    const settings = {
      ...{ REDIS_URL: server.url, SIGN_INS_PER_MINUTE: '10' },
      ...{ ADMIN_EMAIL: 'root@example.com', ADMIN_PASSWORD: 'correct horse battery' },
    };
    const one = await TestService.start(settings);
    await one.write('DELETE FROM users');
    const others = await Promise.all([one.beside(settings), one.beside(settings), one.beside(settings)]);
    expect(await one.query('SELECT email FROM users')).toEqual([{ email: 'root@example.com' }]);
    const attempts = others.flatMap(({ api }) =>
      Array.from({ length: 6 }, (_, n) =>
        api.post('/auth/signin', { email: `nobody${String(n)}@example.com`, password: 'a guess or two' }),
      ),
    );
    const statuses = (await Promise.all(attempts)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 429)).toHaveLength(8);
    for (const node of others) await node.app.close();
    await one.stop();
  });

  test('have one first user', async () => {
    const one = await TestService.start({ REDIS_URL: server.url });
    const two = await one.beside({ REDIS_URL: server.url });
    const made = await Promise.all(
      Array.from({ length: 10 }, (_, n) => (n % 2 ? one : two).api.post<UserDto>('/user', newUserFields())),
    );
    expect(made.filter(({ body }) => body.role === 'admin')).toHaveLength(1);
    await two.app.close();
    await one.stop();
  });
});
