import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { type ActionPayload, LogActionDto } from '../../actions/dto/action.dto.js';
import { describeInterval } from '../../timing/describe-interval.js';
import type { Schedule } from '../schedule.entity.js';

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

  @ApiProperty({ example: '0 9 * * MON-FRI' })
  schedule_interval: string;

  @ApiProperty({ example: 'At 09:00, Monday through Friday' })
  interval_description: string;

  @ApiProperty({ example: 'Europe/Berlin' })
  timezone: string;

  @ApiProperty({ type: LogActionDto })
  action: ActionPayload;

  @ApiProperty({
    type: Date,
    example: '2026-03-27T08:00:00.004Z',
    nullable: true,
    description: 'When the latest run was claimed.',
  })
  last_run: Date | null;

  @ApiProperty({
    type: Date,
    example: '2026-03-30T07:00:00.000Z',
    nullable: true,
    description: 'When it fires next; null when disabled or completed.',
  })
  next_run: Date | null;

  @ApiProperty({ example: '2026-03-26T17:21:09.410Z' })
  created_at: Date;

  @ApiProperty({ example: '2026-03-26T17:21:09.410Z' })
  updated_at: Date;

  static from(row: Schedule): ScheduleDto {
    const { id, owner_id, title, description, is_completed, enabled, schedule_interval, timezone } = row;
    const { action, last_run, next_run, created_at, updated_at } = row;
    const interval_description = describeInterval(schedule_interval);
    return {
      ...{ id, owner_id, title, description, is_completed, enabled },
      ...{ schedule_interval, interval_description, timezone, action },
      ...{ last_run, next_run, created_at, updated_at },
    };
  }
}
