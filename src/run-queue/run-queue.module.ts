import { Module } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { InProcessRunQueue } from './in-process.run-queue.js';
import { RunQueue } from './run-queue.js';

@Module({
  providers: [
    {
      provide: RunQueue,
      inject: [AppConfig],
      useFactory: (config: AppConfig) => new InProcessRunQueue(config.runConcurrency),
    },
  ],
  exports: [RunQueue],
})
export class RunQueueModule {}
