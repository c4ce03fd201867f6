import { ApiPropertyOptional, OmitType } from '@nestjs/swagger';
import { IsOptional, Matches } from 'class-validator';
import { Instant, Omittable, OneOf, WholeNumberText } from '../../http/fields.js';
import { PageQuery } from '../../http/page.js';
import { RUN_STATUSES, type RunStatus } from '../run-state.js';

/** Which runs a list shows. */
export class RunQuery extends OmitType(PageQuery, ['cursor'] as const) {
  /** Milliseconds and id of the last run shown. */
  @ApiPropertyOptional({ description: 'Where the page starts: the cursor that a Link header gave.' })
  @IsOptional()
  @Matches(/^-?\d{1,14}\.[1-9]\d{0,14}$/, { message: 'the cursor of a Link header, unchanged' })
  cursor?: string;

  @ApiPropertyOptional()
  @Omittable()
  @WholeNumberText(1, Number.MAX_SAFE_INTEGER)
  schedule_id?: number;

  @ApiPropertyOptional({ enum: RUN_STATUSES, enumName: 'RunStatus' })
  @Omittable()
  @OneOf(RUN_STATUSES)
  status?: RunStatus;

  @ApiPropertyOptional({ type: Date, description: 'Scheduled for this instant or later.' })
  @Omittable()
  @Instant()
  from?: Date;

  @ApiPropertyOptional({ type: Date, description: 'Scheduled for before this instant.' })
  @Omittable()
  @Instant()
  to?: Date;
}

/** Which runs of one schedule a list shows. */
export class ScheduleRunsQuery extends OmitType(RunQuery, ['schedule_id'] as const) {}
