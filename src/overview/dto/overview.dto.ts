import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { WholeNumberText } from '../../http/fields.js';

const MAX_HOURS = 168;
const DEFAULT_HOURS = 24;

/** How far back to look. */
export class OverviewQuery {
  @ApiPropertyOptional({
    default: DEFAULT_HOURS,
    description: 'Hours of the clock (UTC), of which the current one is the last.',
  })
  @WholeNumberText(1, MAX_HOURS)
  hours: number = DEFAULT_HOURS;
}

/** What became of the runs that were scheduled for one hour. */
@ApiSchema({ name: 'HourOfRuns' })
export class HourDto {
  @ApiProperty({ example: '2026-03-27T08:00:00.000Z', description: 'When the hour begins.' })
  at: Date;

  @ApiProperty({ example: 118 })
  succeeded: number;

  @ApiProperty({ example: 2 })
  failed: number;

  @ApiProperty({ example: 0 })
  timed_out: number;

  @ApiProperty({ example: 0 })
  canceled: number;

  @ApiProperty({ example: 0 })
  interrupted: number;

  @ApiProperty({ example: 0 })
  skipped: number;

  @ApiProperty({ example: 0, description: 'Occurrences, of which several may share a run row.' })
  missed: number;

  @ApiProperty({
    type: Number,
    example: 4,
    nullable: true,
    description: 'Of half the occurrences that ran the lateness was at most this; null when there were none.',
  })
  lateness_p50_ms: number | null;

  @ApiProperty({ type: Number, example: 31, nullable: true })
  lateness_max_ms: number | null;
}

@ApiSchema({ name: 'ScheduleCounts' })
export class ScheduleCountsDto {
  @ApiProperty({ example: 42 })
  total: number;

  @ApiProperty({ example: 39, description: 'Those that will fire: enabled, and not completed.' })
  enabled: number;

  @ApiProperty({ example: 1 })
  completed: number;

  @ApiProperty({ example: 1, description: 'Those whose latest run that was over failed.' })
  failing: number;
}

@ApiSchema({ name: 'FailingSchedule' })
export class FailingScheduleDto {
  @ApiProperty({ example: 1 })
  schedule_id: number;

  @ApiProperty({ example: 'My New Job' })
  title: string;

  @ApiProperty({ example: 2 })
  consecutive_failures: number;

  @ApiProperty({ type: String, example: 'answered 503', nullable: true })
  last_error: string | null;

  @ApiProperty({ type: Date, example: '2026-03-27T08:31:07.112Z', nullable: true })
  last_failed_at: Date | null;
}

/** How it goes, of what the caller reaches. */
@ApiSchema({ name: 'Overview' })
export class OverviewDto {
  @ApiProperty({
    example: '2026-03-26T09:00:00.000Z',
    description: 'Since when runs are counted: where there are too many, later than was asked for.',
  })
  from: Date;

  @ApiProperty({ example: '2026-03-27T08:40:00.000Z' })
  to: Date;

  @ApiProperty({
    example: true,
    description:
      'False when only the latest runs are counted, or the first schedules, because there are so many.',
  })
  complete: boolean;

  @ApiProperty({
    type: [HourDto],
    description: 'The earliest hour first; hours without runs are there, too.',
  })
  hours: HourDto[];

  @ApiProperty()
  schedules: ScheduleCountsDto;

  @ApiProperty({ type: [FailingScheduleDto], description: 'The 20 that failed most often in a row.' })
  failing: FailingScheduleDto[];
}
