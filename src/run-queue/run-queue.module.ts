import { Module } from '@nestjs/common';
import { Clock } from '../clock/clock.js';
import { AppConfig } from '../config/app-config.js';
import { RedisConnections } from '../redis/redis-connections.js';
import { RedisModule } from '../redis/redis.module.js';
import { BullMqRunQueue } from './bullmq.run-queue.js';
import { InProcessRunQueue } from './in-process.run-queue.js';
import { RunQueue } from './run-queue.js';

@Module({
  imports: [RedisModule],
  providers: [
    {
      provide: RunQueue,
      inject: [AppConfig, Clock, RedisConnections],
      useFactory: async (
        { runConcurrency, runConcurrencyPerOrigin }: AppConfig,
        clock: Clock,
        redis: RedisConnections | null,
      ) => {
        if (!redis) return new InProcessRunQueue(runConcurrency, runConcurrencyPerOrigin, clock);
        const queue = new BullMqRunQueue(runConcurrency, runConcurrencyPerOrigin, clock, redis);
        await queue.ready();
        return queue;
      },
    },
  ],
  exports: [RunQueue],
})
export class RunQueueModule {}
