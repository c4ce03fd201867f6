import { Global, Module } from '@nestjs/common';
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import { AppConfig } from '../config/app-config.js';
import { RedisConnections } from '../redis/redis-connections.js';
import { RedisModule } from '../redis/redis.module.js';
import { RATE_LIMITER } from './address-throttle.js';

const DURATION_S = 60;

/** Several nodes count together, in Redis; while it is away or silent, each counts what comes to it. */
function limiter({ signInsPerMinute }: AppConfig, redis: RedisConnections | null): RateLimiterAbstract {
  const limits = { points: signInsPerMinute, duration: DURATION_S };
  const insuranceLimiter = new RateLimiterMemory(limits);
  if (!redis) return insuranceLimiter;
  const storeClient = redis.impatient;
  return new RateLimiterRedis({
    ...limits,
    insuranceLimiter,
    storeClient,
    rejectIfRedisNotReady: true,
    keyPrefix: '{scheduler}:throttle',
  });
}

/** Global, so that the guard can stand at any route. */
@Global()
@Module({
  imports: [RedisModule],
  providers: [{ provide: RATE_LIMITER, inject: [AppConfig, RedisConnections], useFactory: limiter }],
  exports: [RATE_LIMITER],
})
export class ThrottleModule {}
