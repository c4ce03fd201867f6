import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { RunDto } from '../../src/runs/dto/run.dto.js';
import type { SignedInClient } from '../support/api-client.js';
import { EventReader } from '../support/event-reader.js';
import { describeRedisServer, RedisServer } from '../support/redis-server.js';
import { TestService } from '../support/test-service.js';

// Two services on one Redis. Their databases are apart here: user 1 is the admin of each.

describeRedisServer('events of two nodes', () => {
  let server: RedisServer;
  let nodes: [TestService, TestService];
  let here: SignedInClient;
  let there: SignedInClient;
  beforeEach(async () => {
    server = await RedisServer.start();
    const settings = { REDIS_URL: server.url };
    nodes = [await TestService.start(settings), await TestService.start(settings)];
    [here, there] = [await nodes[0].api.newUser(), await nodes[1].api.newUser()];
  });
  afterEach(async () => {
    for (const node of nodes) await node.stop();
    await server.stop();
  });

  test('are heard on either, under the same ids', async () => {
    const [near, far] = [await EventReader.open(here), await EventReader.open(there)];
    const { id } = await here.newSchedule();
    const events = await Promise.all([near, far].map((reader) => reader.event('schedule', { id })));
    expect(events[1]).toEqual(events[0]);
    const { body: run } = await here.post<RunDto>(`/schedules/${String(id)}/run`);
    await far.event('run', { id: run.id });
    await Promise.all([near.close(), far.close()]);
  });

  test('are told to a reader that comes back by the other node', async () => {
    const near = await EventReader.open(here);
    const first = await here.newSchedule();
    await near.event('schedule', { id: first.id });
    await near.close();
    const second = await here.newSchedule();
    await delay(200);
    const far = await EventReader.resume(there, near);
    await far.event('schedule', { id: second.id });
    expect(far.events).toHaveLength(1);
    await far.close();
  });

  test('reach nobody while Redis is away, which readers are told of when it is back', async () => {
    const reader = await EventReader.open(there);
    await server.kill();
    await here.newSchedule();
    expect((await there.open('/events')).status).toBe(503);
    await server.restart();
    let again = await there.open('/events');
    while (again.status === 503) again = await there.open('/events');
    await reader.event('reset');
    await again.body?.cancel();
    await reader.close();
  });
});
