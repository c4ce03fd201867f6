import { ApiProperty, ApiPropertyOptional, ApiSchema, PickType } from '@nestjs/swagger';
import { IdListText, WholeNumberText } from '../../http/fields.js';
import type { Run } from '../run.entity.js';
import { RunDto } from './run.dto.js';

const MAX_SCHEDULES = 100;
const MAX_RUNS = 50;
const DEFAULT_RUNS = 20;

/** Of which schedules to show the latest runs, and how many. */
export class RecentRunsQuery {
  @ApiProperty({
    type: String,
    example: '1,2,3',
    description: `Ids of schedules, by commas; at most ${String(MAX_SCHEDULES)}. Those that are not there are left out.`,
  })
  @IdListText(MAX_SCHEDULES)
  ids: number[];

  @ApiPropertyOptional({ default: DEFAULT_RUNS })
  @WholeNumberText(1, MAX_RUNS)
  limit: number = DEFAULT_RUNS;
}

@ApiSchema({ name: 'RecentRun' })
class RecentRunDto extends PickType(RunDto, ['id', 'status', 'scheduled_for', 'duration_ms'] as const) {}

@ApiSchema({ name: 'RecentRuns' })
export class RecentRunsDto {
  @ApiProperty({ example: 1 })
  schedule_id: number;

  @ApiProperty({ type: [RecentRunDto], description: 'The latest first.' })
  runs: RecentRunDto[];

  static from(schedule_id: number, runs: readonly Run[]): RecentRunsDto {
    return {
      schedule_id,
      runs: runs.map(({ id, status, scheduled_for, duration_ms }) => ({
        ...{ id, status, scheduled_for, duration_ms },
      })),
    };
  }
}
