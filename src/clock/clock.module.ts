import { Global, Module } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { Clock, SystemClock } from './clock.js';
import { FollowingClock } from './following-clock.js';

/** Nodes that share a database go by its server's clock; with a file, there is no clock but this computer's. */
@Global()
@Module({
  providers: [
    {
      provide: Clock,
      inject: [AppConfig],
      useFactory: ({ database }: AppConfig) =>
        database.kind === 'postgres' ? new FollowingClock() : new SystemClock(),
    },
  ],
  exports: [Clock],
})
export class ClockModule {}
