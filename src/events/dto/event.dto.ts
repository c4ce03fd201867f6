import { ApiProperty, ApiSchema, PickType } from '@nestjs/swagger';
import { RunDto } from '../../runs/dto/run.dto.js';

const RUN_FIELDS = [
  'id',
  'schedule_id',
  'scheduled_for',
  'trigger',
  'status',
  'attempt',
  'lateness_ms',
  'duration_ms',
  'status_code',
  'error',
] as const;

/** The data of an event `run`: what became of a run just now. */
@ApiSchema({ name: 'RunEvent' })
export class RunEventDto extends PickType(RunDto, RUN_FIELDS) {
  @ApiProperty({ example: 'My New Job' })
  schedule_title: string;
}

export const SCHEDULE_CHANGES = ['created', 'updated', 'deleted'] as const;
export type ScheduleChange = (typeof SCHEDULE_CHANGES)[number];

/** The data of an event `schedule`: what was done to a schedule just now. */
@ApiSchema({ name: 'ScheduleEvent' })
export class ScheduleEventDto {
  @ApiProperty({ example: 1 })
  id: number;

  @ApiProperty({ enum: SCHEDULE_CHANGES, enumName: 'ScheduleChange', example: 'updated' })
  change: ScheduleChange;
}
