import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { LISTED_BODY, withoutLongBody } from '../../actions/action-size.js';
import { type ActionPayload, ApiAction } from '../../actions/dto/action.dto.js';
import { instantOf } from '../../http/instant.js';
import { describeInterval } from '../../timing/describe-interval.js';
import {
  DEFAULT_RETRY_POLICY,
  DELIVERIES,
  type Delivery,
  MISFIRE_POLICIES,
  type MisfirePolicy,
  OVERLAP_POLICIES,
  type OverlapPolicy,
  type RetryPolicy,
} from '../policies.js';
import type { Schedule } from '../schedule.entity.js';
import { RetryPolicyDto } from './retry-policy.dto.js';

/** A schedule as the API shows it. */
@ApiSchema({ name: 'Schedule' })
export class ScheduleDto {
  @ApiProperty({ example: 1 })
  id: number;

  @ApiProperty({ type: Number, example: 1, nullable: true, description: 'Null once the owner was deleted.' })
  owner_id: number | null;

  @ApiProperty({ example: 'My New Job' })
  title: string;

  @ApiProperty({ type: String, example: 'This job does something important.', nullable: true })
  description: string | null;

  @ApiProperty({ example: false })
  is_completed: boolean;

  @ApiProperty({ example: true })
  enabled: boolean;

  @ApiProperty({
    type: String,
    example: null,
    nullable: true,
    description: 'Why the service disabled it; null when a user did.',
  })
  disabled_reason: string | null;

  @ApiProperty({ example: 0, description: 'Runs that failed since the latest that succeeded.' })
  consecutive_failures: number;

  @ApiProperty({ example: '0 9 * * MON-FRI' })
  schedule_interval: string;

  @ApiProperty({ example: 'At 09:00, Monday through Friday' })
  interval_description: string;

  @ApiProperty({ example: 'Europe/Berlin' })
  timezone: string;

  @ApiAction({ required: true })
  action: ActionPayload;

  @ApiProperty({ enum: OVERLAP_POLICIES, enumName: 'OverlapPolicy', example: 'skip' })
  overlap_policy: OverlapPolicy;

  @ApiProperty({ enum: MISFIRE_POLICIES, enumName: 'MisfirePolicy', example: 'once' })
  misfire_policy: MisfirePolicy;

  @ApiProperty({ example: 86_400 })
  misfire_window_seconds: number;

  @ApiProperty({ type: RetryPolicyDto, example: DEFAULT_RETRY_POLICY })
  retry_policy: RetryPolicy;

  @ApiProperty({ enum: DELIVERIES, enumName: 'Delivery', example: 'at_least_once' })
  delivery: Delivery;

  @ApiProperty({ type: Date, example: null, nullable: true })
  start_at: string | null;

  @ApiProperty({ type: Date, example: null, nullable: true })
  end_at: string | null;

  @ApiProperty({ type: 'integer', example: null, nullable: true })
  max_runs: number | null;

  @ApiProperty({ example: 17, description: 'Occurrences that were claimed to run.' })
  run_count: number;

  @ApiProperty({ example: 0 })
  jitter_seconds: number;

  @ApiProperty({ type: [String], example: ['billing'] })
  tags: string[];

  @ApiProperty({
    type: Date,
    example: '2026-03-27T08:00:00.004Z',
    nullable: true,
    description: 'When the latest run was claimed.',
  })
  last_run: string | null;

  @ApiProperty({
    type: Date,
    example: '2026-03-30T07:00:00.000Z',
    nullable: true,
    description: 'When it fires next; null when disabled or completed.',
  })
  next_run: string | null;

  @ApiProperty({ type: Date, example: '2026-03-26T17:21:09.410Z' })
  created_at: string;

  @ApiProperty({ type: Date, example: '2026-03-26T17:21:09.410Z' })
  updated_at: string;

  static from(row: Schedule): ScheduleDto {
    // Written out rather than spread together, which takes twenty times as long: lists have a thousand of them.
    return {
      id: row.id,
      owner_id: row.owner_id,
      title: row.title,
      description: row.description,
      is_completed: row.is_completed,
      enabled: row.enabled,
      disabled_reason: row.disabled_reason,
      consecutive_failures: row.consecutive_failures,
      schedule_interval: row.schedule_interval,
      interval_description: describeInterval(row.schedule_interval, row.id),
      timezone: row.timezone,
      action: row.action,
      overlap_policy: row.overlap_policy,
      misfire_policy: row.misfire_policy,
      misfire_window_seconds: row.misfire_window_seconds,
      retry_policy: row.retry_policy,
      delivery: row.delivery,
      start_at: instantOf(row.start_at),
      end_at: instantOf(row.end_at),
      max_runs: row.max_runs,
      run_count: row.run_count,
      jitter_seconds: row.jitter_seconds,
      tags: row.tags,
      last_run: instantOf(row.last_run),
      next_run: instantOf(row.next_run),
      created_at: instantOf(row.created_at),
      updated_at: instantOf(row.updated_at),
    };
  }
}

/** A schedule as lists show it: without the body of its action where that is long. */
@ApiSchema({ name: 'ListedSchedule' })
export class ListedScheduleDto extends ScheduleDto {
  @ApiPropertyOptional({
    example: true,
    description:
      `True, and else not there, when the action has a \`body\` of more than ${LISTED_BODY.toLocaleString('en')} characters, ` +
      'as JSON, which is left out here: GET /schedules/{id} has it. To send this `action` back would remove the body.',
  })
  body_left_out?: true;

  static override from(row: Schedule): ListedScheduleDto {
    const listed: ListedScheduleDto = ScheduleDto.from(row);
    const action = withoutLongBody(row.action);
    return action ? Object.assign(listed, { action, body_left_out: true as const }) : listed;
  }
}
