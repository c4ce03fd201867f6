import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { NodesModule } from '../nodes/nodes.module.js';
import { RedisModule } from '../redis/redis.module.js';
import { RunsModule } from '../runs/runs.module.js';
import { SchedulerModule } from '../scheduler/scheduler.module.js';
import { HealthController } from './health.controller.js';

@Module({
  imports: [TerminusModule.forRoot({ logger: false }), RedisModule, NodesModule, RunsModule, SchedulerModule],
  controllers: [HealthController],
})
export class HealthModule {}
