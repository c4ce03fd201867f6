import { ApiPropertyOptional, OmitType } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsOptional } from 'class-validator';
import { Cursor, PageQuery } from '../../http/page.js';
import { OneOf, Text } from '../../http/fields.js';
import { SCHEDULE_SORTS, type ScheduleSort } from '../schedule-order.js';

/** `true` and `false` as a URL spells them; anything else stays text, for the validator to refuse. */
const Flag = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value));

/** Which schedules a list shows, and in which order. */
export class ScheduleQuery extends OmitType(PageQuery, ['cursor'] as const) {
  @Cursor(/^[\w-]+$/)
  cursor?: string;

  @ApiPropertyOptional({
    enum: SCHEDULE_SORTS,
    enumName: 'ScheduleSort',
    default: 'id',
    description:
      'What the list is in the order of; with a `-`, the other way round. Titles go without regard to case. Schedules without ' +
      'such an instant are last either way; of equal ones, the id decides.',
  })
  @OneOf(SCHEDULE_SORTS)
  sort: ScheduleSort = 'id';

  @ApiPropertyOptional()
  @IsOptional()
  @Flag()
  @IsBoolean({ message: 'true or false' })
  enabled?: boolean;

  @ApiPropertyOptional()
  @IsOptional()
  @Flag()
  @IsBoolean({ message: 'true or false' })
  is_completed?: boolean;

  @ApiPropertyOptional({ description: 'One of its tags.' })
  @IsOptional()
  @Text(1, 50)
  tag?: string;

  @ApiPropertyOptional({ description: 'A part of the title or the description.' })
  @IsOptional()
  @Text(1, 200)
  q?: string;
}
