import { Global, Module } from '@nestjs/common';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { AppConfig } from '../config/app-config.js';
import { RATE_LIMITER } from './address-throttle.js';

/** Global, so that the guard can stand at any route. */
@Global()
@Module({
  providers: [
    {
      provide: RATE_LIMITER,
      inject: [AppConfig],
      useFactory: ({ signInsPerMinute }: AppConfig) =>
        new RateLimiterMemory({ points: signInsPerMinute, duration: 60 }),
    },
  ],
  exports: [RATE_LIMITER],
})
export class ThrottleModule {}
