import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { Instant, Omittable, WholeNumberText } from '../../http/fields.js';

const MAX_OCCURRENCES = 1000;
const DEFAULT_OCCURRENCES = 100;

/** Which of the occurrences to come to show. */
export class AllUpcomingQuery {
  @ApiPropertyOptional({
    type: Date,
    example: '2030-03-30T12:00:00Z',
    description: 'Up to this instant; a day from now, when left out.',
  })
  @Omittable()
  @Instant()
  to?: Date;

  @ApiPropertyOptional({ default: DEFAULT_OCCURRENCES })
  @WholeNumberText(1, MAX_OCCURRENCES)
  limit: number = DEFAULT_OCCURRENCES;
}

@ApiSchema({ name: 'UpcomingOccurrence' })
export class UpcomingOccurrenceDto {
  @ApiProperty({ example: 1 })
  schedule_id: number;

  @ApiProperty({ example: 'My New Job' })
  title: string;

  @ApiProperty({ example: '2030-03-29T09:00:00.000Z' })
  at: Date;
}
