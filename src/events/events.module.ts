import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Clock } from '../clock/clock.js';
import { RedisConnections } from '../redis/redis-connections.js';
import { RedisModule } from '../redis/redis.module.js';
import { Run } from '../runs/run.entity.js';
import { Schedule } from '../schedules/schedule.entity.js';
import { ChangePublisher } from './change-publisher.js';
import { Changes } from './changes.js';
import { EventLog } from './event-log.js';
import { EventStreams } from './event-streams.js';
import { EventsController } from './events.controller.js';
import { InProcessEventLog } from './in-process.event-log.js';
import { RedisEventLog } from './redis.event-log.js';

@Module({
  imports: [TypeOrmModule.forFeature([Run, Schedule]), RedisModule],
  controllers: [EventsController],
  providers: [
    Changes,
    ChangePublisher,
    EventStreams,
    {
      provide: EventLog,
      inject: [Clock, RedisConnections],
      useFactory: (clock: Clock, redis: RedisConnections | null) =>
        redis ? new RedisEventLog(redis) : new InProcessEventLog(clock),
    },
  ],
})
export class EventsModule {}
