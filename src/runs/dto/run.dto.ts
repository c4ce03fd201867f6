import { ApiProperty, ApiSchema, OmitType } from '@nestjs/swagger';
import { RUN_STATUSES, type RunStatus } from '../run-state.js';
import { type EarlierAttempt, type Run, RUN_TRIGGERS, type RunTrigger } from '../run.entity.js';

/** An attempt that was followed by another. */
@ApiSchema({ name: 'EarlierAttempt' })
class EarlierAttemptDto implements EarlierAttempt {
  @ApiProperty({ example: 1 })
  attempt: number;

  @ApiProperty({ format: 'date-time', example: '2026-03-27T08:00:00.006Z' })
  started_at: string;

  @ApiProperty({ type: Number, example: 3, nullable: true, description: 'Null when its node died in it.' })
  duration_ms: number | null;

  @ApiProperty({ type: Number, example: 503, nullable: true })
  status_code: number | null;

  @ApiProperty({ example: 'answered 503' })
  error: string;

  @ApiProperty({ type: String, example: null, nullable: true })
  output: string | null;
}

/** A run as the API shows it. */
@ApiSchema({ name: 'Run' })
export class RunDto {
  @ApiProperty({ example: 41 })
  id: number;

  @ApiProperty({ example: 1 })
  schedule_id: number;

  @ApiProperty({
    example: '2026-03-27T08:00:00.000Z',
    description: 'The occurrence; of several missed ones the first; of a manual run when it was asked for.',
  })
  scheduled_for: Date;

  @ApiProperty({ enum: RUN_TRIGGERS, enumName: 'RunTrigger', example: 'schedule' })
  trigger: RunTrigger;

  @ApiProperty({ enum: RUN_STATUSES, enumName: 'RunStatus', example: 'succeeded' })
  status: RunStatus;

  @ApiProperty({ example: 1, description: 'Attempts started so far.' })
  attempt: number;

  @ApiProperty({ example: 3, description: 'Attempts it may have.' })
  max_attempts: number;

  @ApiProperty({
    example: '2026-03-27T08:00:00.000Z',
    description: 'It does not start before: the occurrence and its jitter, then the end of a backoff.',
  })
  available_at: Date;

  @ApiProperty({ type: Date, example: '2026-03-27T08:00:00.006Z', nullable: true })
  started_at: Date | null;

  @ApiProperty({ type: Date, example: '2026-03-27T08:00:00.007Z', nullable: true })
  finished_at: Date | null;

  @ApiProperty({
    type: Number,
    example: 6,
    nullable: true,
    description: 'From the occurrence to the start of the first attempt.',
  })
  lateness_ms: number | null;

  @ApiProperty({ type: Number, example: 1, nullable: true, description: 'Of the latest attempt.' })
  duration_ms: number | null;

  @ApiProperty({ example: 0, description: 'Occurrences this row accounts for that did not run.' })
  missed_count: number;

  @ApiProperty({ type: Number, example: 200, nullable: true, description: 'Of the answer to an HTTP call.' })
  status_code: number | null;

  @ApiProperty({
    type: String,
    example: null,
    nullable: true,
    description: 'What was answered: its first 64 KiB. Lists leave it out.',
  })
  output: string | null;

  @ApiProperty({
    type: String,
    example: null,
    nullable: true,
    description: 'Why it failed, was canceled, skipped or missed.',
  })
  error: string | null;

  @ApiProperty({
    type: [EarlierAttemptDto],
    description: 'The attempts before the latest. Lists leave them out.',
  })
  attempts: EarlierAttempt[];

  @ApiProperty({ example: '2026-03-27T08:00:00.003Z' })
  created_at: Date;

  static from(run: Run): RunDto {
    const { output, attempts } = run;
    return { ...ListedRunDto.from(run), output, attempts };
  }
}

/** The columns of a run that lists show. */
export type ListedRun = Omit<Run, 'output' | 'attempts'>;

/** What the document says of lists of runs. */
export const LISTED = 'Without `output` and `attempts`, which may be long: GET /runs/{id} has them.';

/** A run as lists show it: without `output` and `attempts`, which GET /runs/{id} has. */
@ApiSchema({ name: 'ListedRun' })
export class ListedRunDto extends OmitType(RunDto, ['output', 'attempts'] as const) {
  static from(run: ListedRun): ListedRunDto {
    const { id, schedule_id, scheduled_for, trigger, status, attempt, max_attempts, available_at } = run;
    const { started_at, finished_at, lateness_ms, duration_ms, missed_count } = run;
    const { status_code, error, created_at } = run;
    return {
      ...{ id, schedule_id, scheduled_for, trigger, status, attempt, max_attempts, available_at },
      ...{ started_at, finished_at, lateness_ms, duration_ms, missed_count },
      ...{ status_code, error, created_at },
    };
  }
}
