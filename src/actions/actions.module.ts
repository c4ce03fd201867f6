import { Module } from '@nestjs/common';
import { ActionsService } from './actions.service.js';
import { LogAction } from './log.action.js';

@Module({ providers: [ActionsService, LogAction], exports: [ActionsService] })
export class ActionsModule {}
