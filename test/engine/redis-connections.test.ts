import { expect, test } from '@jest/globals';
import { RedisConnections } from '../../src/redis/redis-connections.js';
import { describeRedisServer, freePort, RedisServer } from '../support/redis-server.js';

describeRedisServer('REDIS_URL', () => {
  test('with a password', async () => {
    const server = await RedisServer.start('hunter2');
    const redis = await RedisConnections.open(server.url);
    await redis.probe();
    redis.close();
    for (const url of [server.url.replace('hunter2', 'hunter3'), server.url.replace(':hunter2@', '')]) {
      const refused = RedisConnections.open(url);
      await expect(refused).rejects.toThrow(/^REDIS_URL: 127.0.0.1:\d+ cannot be used: (WRONGPASS|NOAUTH)/);
      await expect(refused).rejects.not.toThrow(/hunter/);
    }
    await server.stop();
  });

  test('of nobody is refused, with the reason', async () => {
    const url = `redis://:hunter2@127.0.0.1:${String(await freePort())}`;
    await expect(RedisConnections.open(url)).rejects.toThrow(
      /REDIS_URL: .*ECONNREFUSED.*it takes redis:\/\/\[USER/,
    );
    await expect(RedisConnections.open(url)).rejects.not.toThrow(/hunter2/);
  });

  test('of a server that says nothing is refused within seconds', async () => {
    const server = await RedisServer.start();
    server.pause();
    await expect(RedisConnections.open(server.url)).rejects.toThrow(/did not answer within 5 s/);
    server.resume();
    await server.stop();
  });
});
