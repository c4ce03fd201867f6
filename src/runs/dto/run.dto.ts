import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { RUN_STATUSES, type RunStatus } from '../run-state.js';
import { type Run, RUN_TRIGGERS, type RunTrigger } from '../run.entity.js';

/** A run as the API shows it. */
@ApiSchema({ name: 'Run' })
export class RunDto {
  @ApiProperty({ example: 41 })
  id: number;

  @ApiProperty({ example: 1 })
  schedule_id: number;

  @ApiProperty({
    example: '2026-03-27T08:00:00.000Z',
    description: 'The occurrence; of several missed ones the first.',
  })
  scheduled_for: Date;

  @ApiProperty({ enum: RUN_TRIGGERS, enumName: 'RunTrigger', example: 'schedule' })
  trigger: RunTrigger;

  @ApiProperty({ enum: RUN_STATUSES, enumName: 'RunStatus', example: 'succeeded' })
  status: RunStatus;

  @ApiProperty({ example: 1, description: 'Attempts started so far.' })
  attempt: number;

  @ApiProperty({ type: Date, example: '2026-03-27T08:00:00.006Z', nullable: true })
  started_at: Date | null;

  @ApiProperty({ type: Date, example: '2026-03-27T08:00:00.007Z', nullable: true })
  finished_at: Date | null;

  @ApiProperty({
    type: Number,
    example: 6,
    nullable: true,
    description: 'From the occurrence to the start of the latest attempt.',
  })
  lateness_ms: number | null;

  @ApiProperty({ type: Number, example: 1, nullable: true, description: 'Of the latest attempt.' })
  duration_ms: number | null;

  @ApiProperty({ example: 0, description: 'Occurrences this row accounts for that did not run.' })
  missed_count: number;

  @ApiProperty({ type: String, example: null, nullable: true, description: 'What the action answered.' })
  output: string | null;

  @ApiProperty({
    type: String,
    example: null,
    nullable: true,
    description: 'Why it failed, was skipped or was missed.',
  })
  error: string | null;

  @ApiProperty({ example: '2026-03-27T08:00:00.003Z' })
  created_at: Date;

  static from(run: Run): RunDto {
    const { id, schedule_id, scheduled_for, trigger, status, attempt, started_at, finished_at } = run;
    const { lateness_ms, duration_ms, missed_count, output, error, created_at } = run;
    return {
      ...{ id, schedule_id, scheduled_for, trigger, status, attempt, started_at, finished_at },
      ...{ lateness_ms, duration_ms, missed_count, output, error, created_at },
    };
  }
}
