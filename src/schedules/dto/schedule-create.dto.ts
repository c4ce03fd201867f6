import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsBoolean, IsObject, IsOptional, ValidateNested } from 'class-validator';
import { actionClass, type ActionPayload, ApiAction } from '../../actions/dto/action.dto.js';
import { Instant, Omittable, OneOf, Text, Trimmed, WholeNumber } from '../../http/fields.js';
import {
  DEFAULT_RETRY_POLICY,
  DELIVERIES,
  type Delivery,
  MISFIRE_POLICIES,
  type MisfirePolicy,
  OVERLAP_POLICIES,
  type OverlapPolicy,
} from '../policies.js';
import { RetryPolicyDto } from './retry-policy.dto.js';
import { AreTags, IsScheduleInterval, IsZone } from './timing-fields.js';

@ApiSchema({ name: 'ScheduleCreate' })
export class ScheduleCreateDto {
  @ApiProperty({ example: 'My New Job' })
  @Text(1, 200)
  title: string;

  @ApiPropertyOptional({
    example: 'This job does something important.',
    nullable: true,
  })
  @IsOptional()
  @Text(0, 10_000)
  description?: string | null;

  @ApiProperty({
    example: '0 9 * * MON-FRI',
    description:
      'Cron of 5 fields, or 6 with seconds first: lists, ranges, steps, names, `?`, `L`, `W`, `#`, and `H` (`H/15`, ' +
      '`H(0-29)`) for values spread by a hash of the schedule; when day of month and day of week are both given, ' +
      'either matches. Or `@yearly`, `@monthly`, `@weekly`, `@daily`, `@hourly`. Or `@every 1h30m`: a fixed rate ' +
      'from `start_at`, else from creation. Or a date-time such as `2030-01-31T09:00`: once.',
  })
  @Trimmed()
  @IsScheduleInterval()
  schedule_interval: string;

  @ApiPropertyOptional({ example: 'Europe/Berlin', default: 'UTC', description: 'An IANA time zone.' })
  @Omittable()
  @IsZone()
  timezone?: string;

  @ApiPropertyOptional({ default: true, description: 'A disabled schedule never fires.' })
  @Omittable()
  @IsBoolean({ message: 'true or false' })
  enabled?: boolean;

  @ApiPropertyOptional({ default: false, description: 'A completed schedule never fires.' })
  @Omittable()
  @IsBoolean({ message: 'true or false' })
  is_completed?: boolean;

  @ApiAction({ required: false })
  @Omittable()
  @IsObject({ message: 'an action, such as {"type": "log"}' })
  @ValidateNested()
  @Type((at) => actionClass((at?.object as { action?: unknown } | undefined)?.action))
  action?: ActionPayload;

  @ApiPropertyOptional({
    enum: OVERLAP_POLICIES,
    enumName: 'OverlapPolicy',
    default: 'skip',
    description:
      'For an occurrence whose schedule still has an unfinished run: `skip` it, `queue` it (one at most waits), ' +
      '`allow` it to run beside, or `cancel` the other.',
  })
  @Omittable()
  @OneOf(OVERLAP_POLICIES)
  overlap_policy?: OverlapPolicy;

  @ApiPropertyOptional({
    enum: MISFIRE_POLICIES,
    enumName: 'MisfirePolicy',
    default: 'once',
    description:
      'For occurrences that could not be claimed in time: `once` runs the latest, `skip` only one that is at most ' +
      '60 s late, `all` each (the latest 100). What does not run becomes one row with status `missed`.',
  })
  @Omittable()
  @OneOf(MISFIRE_POLICIES)
  misfire_policy?: MisfirePolicy;

  @ApiPropertyOptional({ default: 86_400, description: 'A misfire older than this never runs.' })
  @Omittable()
  @WholeNumber(60, 31_536_000)
  misfire_window_seconds?: number;

  @ApiPropertyOptional({ type: RetryPolicyDto, default: DEFAULT_RETRY_POLICY })
  @Omittable()
  @IsObject({ message: 'an object such as {"max_attempts": 3}' })
  @ValidateNested()
  @Type(() => RetryPolicyDto)
  retry_policy?: RetryPolicyDto;

  @ApiPropertyOptional({
    enum: DELIVERIES,
    enumName: 'Delivery',
    default: 'at_least_once',
    description:
      'Whether a run whose node died while it was running is executed again, or becomes `interrupted`.',
  })
  @Omittable()
  @OneOf(DELIVERIES)
  delivery?: Delivery;

  @ApiPropertyOptional({ type: Date, example: null, nullable: true, description: 'No occurrence before.' })
  @IsOptional()
  @Instant()
  start_at?: Date | null;

  @ApiPropertyOptional({ type: Date, example: null, nullable: true, description: 'No occurrence after.' })
  @IsOptional()
  @Instant()
  end_at?: Date | null;

  @ApiPropertyOptional({
    example: null,
    nullable: true,
    description: 'After so many runs the schedule is complete.',
  })
  @IsOptional()
  @WholeNumber(1, 1_000_000_000)
  max_runs?: number | null;

  @ApiPropertyOptional({
    default: 0,
    description: 'Each occurrence is delayed by a stable share of this.',
  })
  @Omittable()
  @WholeNumber(0, 86_400)
  jitter_seconds?: number;

  @ApiPropertyOptional({ default: [], example: ['billing'] })
  @Omittable()
  @AreTags(20)
  tags?: string[];
}
