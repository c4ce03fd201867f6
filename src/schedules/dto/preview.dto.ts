import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { Instant, Omittable, Trimmed, WholeNumber, WholeNumberText } from '../../http/fields.js';
import type { ClockReading } from '../../timing/preview.js';
import { IsScheduleInterval, IsZone } from './timing-fields.js';

const MAX_OCCURRENCES = 100;
const DEFAULT_OCCURRENCES = 5;

@ApiSchema({ name: 'PreviewRequest' })
export class PreviewRequestDto {
  @ApiProperty({ example: '30 2 * * *' })
  @Trimmed()
  @IsScheduleInterval()
  schedule_interval: string;

  @ApiPropertyOptional({ example: 'Europe/Berlin', default: 'UTC' })
  @IsZone()
  timezone: string = 'UTC';

  @ApiPropertyOptional({ default: DEFAULT_OCCURRENCES })
  @WholeNumber(1, MAX_OCCURRENCES)
  count: number = DEFAULT_OCCURRENCES;

  @ApiPropertyOptional({ type: Date, example: '2030-03-30T12:00:00Z', description: 'Now, when left out.' })
  @Omittable()
  @Instant()
  after?: Date;
}

@ApiSchema({ name: 'Occurrence' })
export class OccurrenceDto implements ClockReading {
  @ApiProperty({ example: '2030-03-31T01:00:00.000Z' })
  at: Date;

  @ApiProperty({ example: '2030-03-31T03:00:00', description: 'On the clock of the zone.' })
  local: string;

  @ApiProperty({ example: '+02:00' })
  offset: string;
}

@ApiSchema({ name: 'Preview' })
export class PreviewDto {
  @ApiProperty({ example: 'At 02:30' })
  description: string;

  @ApiProperty({ type: [OccurrenceDto] })
  occurrences: OccurrenceDto[];

  @ApiProperty({
    type: [String],
    example: [
      'The clock goes forward by 60 minutes on 2030-03-31 at 02:00: a time it skips fires at the end of the gap.',
    ],
    description: 'What may surprise: a clock change falls in between, occurrences are rare or run out.',
  })
  warnings: string[];
}

/** How many of a schedule's next occurrences to show. */
export class UpcomingQuery {
  @ApiPropertyOptional({ default: DEFAULT_OCCURRENCES })
  @WholeNumberText(1, MAX_OCCURRENCES)
  count: number = DEFAULT_OCCURRENCES;
}
