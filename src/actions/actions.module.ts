import { Module } from '@nestjs/common';
import { SecretsModule } from '../secrets/secrets.module.js';
import { ActionsService } from './actions.service.js';
import { EgressGuard } from './http/egress-guard.js';
import { HostResolver } from './http/host-resolver.js';
import { HttpAction } from './http/http.action.js';
import { HttpClient } from './http/http-client.js';
import { UnknownAction } from './unknown.action.js';
import { LogAction } from './log.action.js';

@Module({
  imports: [SecretsModule],
  providers: [ActionsService, LogAction, HttpAction, UnknownAction, HttpClient, EgressGuard, HostResolver],
  exports: [ActionsService],
})
export class ActionsModule {}
