import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsBoolean, IsObject, IsOptional, ValidateNested } from 'class-validator';
import { type ActionPayload, LogActionDto } from '../../actions/dto/action.dto.js';
import { Omittable, Text, Trimmed } from '../../http/fields.js';
import { IsScheduleInterval, IsZone } from './timing-fields.js';

@ApiSchema({ name: 'ScheduleCreate' })
export class ScheduleCreateDto {
  @ApiProperty({ example: 'My New Job', minLength: 1, maxLength: 200 })
  @Text(1, 200)
  title: string;

  @ApiPropertyOptional({
    type: String,
    example: 'This job does something important.',
    maxLength: 10_000,
    nullable: true,
  })
  @IsOptional()
  @Text(0, 10_000)
  description?: string | null;

  @ApiProperty({
    example: '0 9 * * MON-FRI',
    maxLength: 256,
    description:
      'Cron of 5 fields, or 6 with seconds first: lists, ranges, steps, names, `?`, `L`, `W`, `#`; or `@yearly`, ' +
      '`@monthly`, `@weekly`, `@daily`, `@hourly`. When day of month and day of week are both given, either matches.',
  })
  @Trimmed()
  @IsScheduleInterval()
  schedule_interval: string;

  @ApiPropertyOptional({ example: 'Europe/Berlin', default: 'UTC', description: 'An IANA time zone.' })
  @Omittable()
  @IsZone()
  timezone?: string;

  @ApiPropertyOptional({ default: true, description: 'A disabled schedule never fires.' })
  @Omittable()
  @IsBoolean({ message: 'true or false' })
  enabled?: boolean;

  @ApiPropertyOptional({ default: false, description: 'A completed schedule never fires.' })
  @Omittable()
  @IsBoolean({ message: 'true or false' })
  is_completed?: boolean;

  @ApiPropertyOptional({ type: LogActionDto, default: { type: 'log' } })
  @Omittable()
  @IsObject({ message: 'an action, such as {"type": "log"}' })
  @ValidateNested()
  @Type(() => LogActionDto)
  action?: ActionPayload;
}
