import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { RedisConnections } from './redis-connections.js';

/** Provides `RedisConnections`, or null when REDIS_URL is not set. */
@Module({
  providers: [
    {
      provide: RedisConnections,
      inject: [AppConfig],
      useFactory: ({ redisUrl }: AppConfig) =>
        redisUrl === undefined ? null : RedisConnections.open(redisUrl),
    },
  ],
  exports: [RedisConnections],
})
export class RedisModule implements OnApplicationShutdown {
  constructor(@Inject(RedisConnections) private readonly connections: RedisConnections | null) {}

  onApplicationShutdown(): void {
    this.connections?.close();
  }
}
