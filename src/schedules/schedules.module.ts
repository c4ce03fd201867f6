import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ActionsModule } from '../actions/actions.module.js';
import { SecretsModule } from '../secrets/secrets.module.js';
import { ComputingTurns } from './computing-turns.js';
import { ManySchedules } from './many-schedules.js';
import { ScheduleAction } from './schedule-action.js';
import { ScheduleChanges } from './schedule-changes.js';
import { ScheduleQuota } from './schedule-quota.js';
import { SigningSecrets } from './signing-secrets.js';
import { Schedule } from './schedule.entity.js';
import { SchedulesController } from './schedules.controller.js';
import { SchedulesService } from './schedules.service.js';
import { UpcomingController } from './upcoming.controller.js';
import { UpcomingOccurrences } from './upcoming.js';

@Module({
  imports: [TypeOrmModule.forFeature([Schedule]), ActionsModule, SecretsModule],
  controllers: [SchedulesController, UpcomingController],
  providers: [
    SchedulesService,
    ComputingTurns,
    ManySchedules,
    ScheduleAction,
    ScheduleChanges,
    ScheduleQuota,
    SigningSecrets,
    UpcomingOccurrences,
  ],
  exports: [SchedulesService, ScheduleChanges],
})
export class SchedulesModule {}
