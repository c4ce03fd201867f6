import { ApiPropertyOptional, OmitType } from '@nestjs/swagger';
import { Instant, Omittable, OneOf, WholeNumberText } from '../../http/fields.js';
import { Cursor, PageQuery } from '../../http/page.js';
import { RUN_STATUSES, type RunStatus } from '../run-state.js';

/** Which runs a list shows. */
export class RunQuery extends OmitType(PageQuery, ['cursor'] as const) {
  /** Milliseconds and id of the last run shown. */
  @Cursor(/^-?\d{1,14}\.[1-9]\d{0,14}$/)
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
