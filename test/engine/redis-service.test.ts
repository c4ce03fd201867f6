import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { InvalidSettings } from '../../src/config/app-config.js';
import type { RunDto } from '../../src/runs/dto/run.dto.js';
import type { SignedInClient } from '../support/api-client.js';
import { describeRedisServer, freePort, RedisServer } from '../support/redis-server.js';
import { TestService } from '../support/test-service.js';
import { until } from '../support/until.js';

interface Health {
  status: string;
  details: Record<string, { status: string; message?: string }>;
}

describeRedisServer('the service with Redis', () => {
  let server: RedisServer;
  let service: TestService;
  let user: SignedInClient;
  beforeEach(async () => {
    server = await RedisServer.start();
    service = await TestService.start({ REDIS_URL: server.url });
    user = await service.api.newUser();
  });
  afterEach(async () => {
    await service.stop();
    await server.stop();
  });

  test('claims, executes and writes outcomes as without it', async () => {
    const { id } = await user.newSchedule();
    service.clock.advance(60_000);
    await service.tick();
    const { body } = await user.get<RunDto[]>(`/schedules/${String(id)}/runs`);
    expect(body).toMatchObject([{ status: 'succeeded', attempt: 1 }]);
    expect(service.action.calls).toHaveLength(1);
  });

  test('starts no run whose schedule was deleted unseen', async () => {
    const path = `/schedules/${String((await user.newSchedule({ schedule_interval: '@yearly' })).id)}`;
    service.action.behaviour = () => ({ ok: false, retryable: true, error: 'down' });
    const { body: run } = await user.post<RunDto>(`${path}/run`);
    await service.untilRuns('running', 0);
    await service.settled();
    expect(service.action.calls).toHaveLength(1);
    await user.delete(path);
    // As a transaction leaves it that was not committed when the schedule was deleted.
    await service.write(`UPDATE runs SET status = 'queued', finished_at = NULL, error = NULL`);
    service.clock.advance(3_600_000);
    await service.tick();
    expect((await user.get(`/runs/${String(run.id)}`)).body).toMatchObject({
      ...{ status: 'canceled', error: 'its schedule was deleted or disabled' },
    });
    expect(service.action.calls).toHaveLength(1);
  });

  test('what is accepted while Redis is away is executed when it is back; readiness tells', async () => {
    const { id } = await user.newSchedule();
    const ready = async (): Promise<[number, Health]> => {
      const { status, body } = await service.api.get<Health>('/health/ready');
      return [status, body];
    };
    await service.scheduler.sweep();
    expect(await ready()).toMatchObject([200, { details: { redis: { status: 'up' } } }]);

    await server.kill();
    // An answer is good for a second.
    let [status, health] = await ready();
    while (status === 200) [status, health] = await ready();
    expect(health.details).toMatchObject({ database: { status: 'up' }, redis: { status: 'down' } });
    expect(health.details['redis']?.message).toMatch(/^Redis cannot be reached/);
    const { status: accepted, body: run } = await user.post<RunDto>(`/schedules/${String(id)}/run`);
    expect(accepted).toBe(202);
    await service.scheduler.sweep();
    expect((await user.get<RunDto>(`/runs/${String(run.id)}`)).body.status).toBe('queued');

    await server.restart();
    service.clock.advance(5000);
    while ((await user.get<RunDto>(`/runs/${String(run.id)}`)).body.status !== 'succeeded') {
      await service.scheduler.sweep();
    }
    while (status !== 200) [status] = await ready();
    expect(service.action.calls).toHaveLength(1);
  });

  test.each([
    ['full', ['CONFIG', 'SET', 'maxmemory', '1'], ['CONFIG', 'SET', 'maxmemory', '0'], /OOM/],
    ['a replica', ['REPLICAOF', '127.0.0.1', '1'], ['REPLICAOF', 'NO', 'ONE'], /READONLY/],
    [
      'short of replicas',
      ['CONFIG', 'SET', 'min-replicas-to-write', '1'],
      ['CONFIG', 'SET', 'min-replicas-to-write', '0'],
      /NOREPLICAS/,
    ],
  ])('is not ready while Redis is %s, however quickly it answers', async (_name, breakIt, mend, reason) => {
    await service.scheduler.sweep();
    await server.command(...breakIt);
    const redis = async (): Promise<{ status: string; message?: string } | undefined> =>
      (await service.api.get<Health>('/health/ready')).body.details['redis'];
    await until(async () => (await redis())?.status === 'down');
    expect((await redis())?.message).toMatch(reason);
    await server.command(...mend);
    await until(async () => (await redis())?.status === 'up');
  });

  test('readiness answers within seconds while Redis is silent', async () => {
    await service.scheduler.sweep();
    server.pause();
    const begun = performance.now();
    const { status, body } = await service.api.get<Health>('/health/ready');
    expect(performance.now() - begun).toBeLessThan(8000);
    expect(status).toBe(503);
    expect(body.details).toMatchObject({ database: { status: 'up' }, redis: { status: 'down' } });
    server.resume();
  });

  test('signing in is counted here while Redis is silent', async () => {
    server.pause();
    const begun = performance.now();
    expect(
      (await user.post('/auth/signin', { email: 'nobody@example.com', password: 'x' })).status,
    ).toBeLessThan(500);
    expect(performance.now() - begun).toBeLessThan(10_000);
    server.resume();
  });

  test('does not start on one that cannot be reached', async () => {
    const url = `redis://127.0.0.1:${String(await freePort())}`;
    await expect(TestService.start({ REDIS_URL: url })).rejects.toThrow(InvalidSettings);
  });
});
