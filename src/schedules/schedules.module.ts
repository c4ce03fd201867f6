import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ActionsModule } from '../actions/actions.module.js';
import { SecretsModule } from '../secrets/secrets.module.js';
import { ScheduleAction } from './schedule-action.js';
import { ScheduleChanges } from './schedule-changes.js';
import { ScheduleQuota } from './schedule-quota.js';
import { SigningSecrets } from './signing-secrets.js';
import { Schedule } from './schedule.entity.js';
import { SchedulesController } from './schedules.controller.js';
import { SchedulesService } from './schedules.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([Schedule]), ActionsModule, SecretsModule],
  controllers: [SchedulesController],
  providers: [SchedulesService, ScheduleAction, ScheduleChanges, ScheduleQuota, SigningSecrets],
  exports: [SchedulesService, ScheduleChanges],
})
export class SchedulesModule {}
