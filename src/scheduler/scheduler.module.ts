import { Module } from '@nestjs/common';
import { RunsModule } from '../runs/runs.module.js';
import { Alarms } from './alarms.js';
import { Claimer } from './claimer.js';
import { SchedulerService } from './scheduler.service.js';

@Module({
  imports: [RunsModule],
  providers: [Alarms, Claimer, SchedulerService],
  exports: [SchedulerService],
})
export class SchedulerModule {}
