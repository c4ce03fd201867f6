import { Controller, Get, Inject, UseFilters } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiSchema, ApiTags } from '@nestjs/swagger';
import {
  HealthCheck,
  type HealthCheckResult,
  HealthCheckService,
  type HealthIndicatorResult,
  HealthIndicatorService,
} from '@nestjs/terminus';
import { StorageProbe } from '../database/storage-probe.js';
import { Public } from '../http/principal.js';
import { ClockKeeper, LARGEST_DRIFT_MS } from '../nodes/clock-keeper.js';
import { RedisConnections } from '../redis/redis-connections.js';
import { SchedulerService } from '../scheduler/scheduler.service.js';
import { HealthFilter } from './health.filter.js';

@ApiSchema({ name: 'Liveness' })
class LivenessDto {
  @ApiProperty({ example: 'ok' })
  status: string;
}

@ApiTags('health')
@Controller('health')
@Public()
@UseFilters(HealthFilter)
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly storage: StorageProbe,
    private readonly scheduler: SchedulerService,
    private readonly clockKeeper: ClockKeeper,
    @Inject(RedisConnections) private readonly connections: RedisConnections | null,
  ) {}

  @Get('live')
  @ApiOperation({ operationId: 'getLiveness', summary: 'The process answers' })
  @ApiOkResponse({ type: LivenessDto })
  live(): LivenessDto {
    return { status: 'ok' };
  }

  @Get('ready')
  @HealthCheck()
  @ApiOperation({
    operationId: 'getReadiness',
    summary: 'The database takes writes, sweeps come through, and Redis, if used, answers',
  })
  ready(): Promise<HealthCheckResult> {
    const { connections } = this;
    const redis = connections ? [() => this.redis(connections)] : [];
    return this.health.check([() => this.database(), () => this.sweep(), () => this.clock(), ...redis]);
  }

  /** Probes share an answer for a second, so that polling costs no more than one write in that time. */
  private async database(): Promise<HealthIndicatorResult> {
    return this.indicators
      .check('database')
      .attempt(() => this.storage.run())
      .withTimeout(5000)
      .cacheFor(1000);
  }

  private async redis(connections: RedisConnections): Promise<HealthIndicatorResult> {
    return this.indicators
      .check('redis')
      .attempt(() => connections.probe())
      .cacheFor(1000);
  }

  /** A clock that is off does no harm, as long as the database's can be followed; but somebody should look at it. */
  private clock(): HealthIndicatorResult {
    const { driftMs } = this.clockKeeper;
    const indicator = this.indicators.check('clock');
    if (Math.abs(driftMs) <= LARGEST_DRIFT_MS) return indicator.up();
    return indicator.up(`${String(driftMs / 1000)} s behind the clock of the database, which is followed`);
  }

  private sweep(): HealthIndicatorResult {
    const indicator = this.indicators.check('sweep');
    return this.scheduler.isAlive() ? indicator.up() : indicator.down('due schedules are not being claimed');
  }
}
