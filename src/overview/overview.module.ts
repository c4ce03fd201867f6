import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Run } from '../runs/run.entity.js';
import { RunsModule } from '../runs/runs.module.js';
import { Schedule } from '../schedules/schedule.entity.js';
import { OverviewController } from './overview.controller.js';
import { OverviewService } from './overview.service.js';
import { RunCounter } from './run-counter.js';
import { ScheduleCounter } from './schedule-counter.js';

@Module({
  imports: [TypeOrmModule.forFeature([Run, Schedule]), RunsModule],
  controllers: [OverviewController],
  providers: [OverviewService, RunCounter, ScheduleCounter],
})
export class OverviewModule {}
