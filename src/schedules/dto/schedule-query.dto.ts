import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsOptional } from 'class-validator';
import { PageQuery } from '../../http/page.js';
import { Text } from '../../http/fields.js';

/** `true` and `false` as a URL spells them; anything else stays text, for the validator to refuse. */
const Flag = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value));

/** Which schedules a list shows. */
export class ScheduleQuery extends PageQuery {
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

  @ApiPropertyOptional({ description: 'One of its tags.', maxLength: 50 })
  @IsOptional()
  @Text(1, 50)
  tag?: string;

  @ApiPropertyOptional({ description: 'A part of the title or the description.', maxLength: 200 })
  @IsOptional()
  @Text(1, 200)
  q?: string;
}
