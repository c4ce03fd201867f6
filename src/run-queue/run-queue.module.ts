import { Module } from '@nestjs/common';
import { Clock } from '../clock/clock.js';
import { AppConfig } from '../config/app-config.js';
import { InProcessRunQueue } from './in-process.run-queue.js';
import { RunQueue } from './run-queue.js';

@Module({
  providers: [
    {
      provide: RunQueue,
      inject: [AppConfig, Clock],
      useFactory: (config: AppConfig, clock: Clock) =>
        new InProcessRunQueue(config.runConcurrency, config.runConcurrencyPerOrigin, clock),
    },
  ],
  exports: [RunQueue],
})
export class RunQueueModule {}
