import { Module } from '@nestjs/common';
import { RunsModule } from '../runs/runs.module.js';
import { Alarms } from './alarms.js';
import { Claimer } from './claimer.js';
import { ClockSteps } from './clock-steps.js';
import { SchedulerService } from './scheduler.service.js';

@Module({
  imports: [RunsModule],
  providers: [Alarms, Claimer, ClockSteps, SchedulerService],
  exports: [SchedulerService],
})
export class SchedulerModule {}
