import { Controller, Get, Inject, UseFilters } from '@nestjs/common';
import {
  ApiExtraModels,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
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
import { RunProgress } from '../runs/run-progress.js';
import { SchedulerService } from '../scheduler/scheduler.service.js';
import { HealthDto, LivenessDto, PartHealthDto } from './dto/health.dto.js';
import { HealthFilter } from './health.filter.js';

/** Whoever asks wants an answer, also when a part gives none. */
const ANSWER_MS = 5000;

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
    private readonly runProgress: RunProgress,
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
  @HealthCheck({ swaggerDocumentation: false })
  @ApiOperation({
    operationId: 'getReadiness',
    summary:
      'The database and Redis, if used, take writes; schedules are claimed, runs begin, and outcomes are saved',
  })
  @ApiExtraModels(PartHealthDto)
  @ApiOkResponse({ type: HealthDto, description: 'All are up.' })
  @ApiServiceUnavailableResponse({ type: HealthDto, description: 'Some are down; `error` says which.' })
  ready(): Promise<HealthCheckResult> {
    const { connections } = this;
    const redis = connections ? [() => this.redis(connections)] : [];
    return this.health.check([
      () => this.database(),
      () => this.sweep(),
      () => this.runs(),
      () => this.clock(),
      ...redis,
    ]);
  }

  /** Probes share an answer for a second, so that polling costs no more than one write in that time. */
  private async database(): Promise<HealthIndicatorResult> {
    return this.indicators
      .check('database')
      .attempt(() => this.storage.run())
      .withTimeout(ANSWER_MS)
      .cacheFor(1000);
  }

  /** Looks at rows only when this process has nothing to do. */
  private async runs(): Promise<HealthIndicatorResult> {
    return this.indicators
      .check('runs')
      .attempt(() => this.runProgress.check())
      .withTimeout(ANSWER_MS)
      .cacheFor(1000);
  }

  private async redis(connections: RedisConnections): Promise<HealthIndicatorResult> {
    return this.indicators
      .check('redis')
      .attempt(() => connections.probe())
      .withTimeout(ANSWER_MS)
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
    const trouble = this.scheduler.trouble();
    return trouble === undefined ? indicator.up() : indicator.down(trouble);
  }
}
