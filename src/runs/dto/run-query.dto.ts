import { ApiPropertyOptional, OmitType } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsDate, IsIn, IsInt, IsOptional, Min } from 'class-validator';
import { PageQuery } from '../../http/page.js';
import { RUN_STATUSES, type RunStatus } from '../run-state.js';

const INSTANT = 'an instant such as 2026-03-27T08:00:00Z';

/** Which runs a list shows. */
export class RunQuery extends PageQuery {
  @ApiPropertyOptional()
  @IsOptional()
  @Type(() => Number)
  @IsInt({ message: 'a positive whole number' })
  @Min(1, { message: 'a positive whole number' })
  schedule_id?: number;

  @ApiPropertyOptional({ enum: RUN_STATUSES, enumName: 'RunStatus' })
  @IsOptional()
  @IsIn(RUN_STATUSES, { message: `one of ${RUN_STATUSES.join(', ')}` })
  status?: RunStatus;

  @ApiPropertyOptional({ type: Date, description: 'Scheduled for this instant or later.' })
  @IsOptional()
  @Type(() => Date)
  @IsDate({ message: INSTANT })
  from?: Date;

  @ApiPropertyOptional({ type: Date, description: 'Scheduled for before this instant.' })
  @IsOptional()
  @Type(() => Date)
  @IsDate({ message: INSTANT })
  to?: Date;
}

/** Which runs of one schedule a list shows. */
export class ScheduleRunsQuery extends OmitType(RunQuery, ['schedule_id'] as const) {}
