import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { Omittable, Text, WholeNumberText } from '../../http/fields.js';
import { PageQuery } from '../../http/page.js';
import type { AuditEntry } from '../audit-entry.entity.js';

/** Which entries a list shows. */
export class AuditQuery extends PageQuery {
  @ApiPropertyOptional({ description: 'Who did it.' })
  @Omittable()
  @WholeNumberText(1, Number.MAX_SAFE_INTEGER)
  actor_id?: number;

  @ApiPropertyOptional({ description: 'What was done, such as `schedule.update`.' })
  @Omittable()
  @Text(1, 100)
  action?: string;

  @ApiPropertyOptional({ description: 'To what, such as `schedule`.' })
  @Omittable()
  @Text(1, 100)
  target_type?: string;

  @ApiPropertyOptional({ description: 'To which one.' })
  @Omittable()
  @WholeNumberText(1, Number.MAX_SAFE_INTEGER)
  target_id?: number;
}

@ApiSchema({ name: 'AuditEntry' })
export class AuditEntryDto {
  @ApiProperty({ example: 1 })
  id: number;

  @ApiProperty({ example: '2026-03-29T01:00:00.000Z' })
  at: Date;

  @ApiProperty({
    type: Number,
    example: 1,
    nullable: true,
    description: 'The user; null for a visitor, and for the service itself.',
  })
  actor_id: number | null;

  @ApiProperty({
    type: Number,
    example: null,
    nullable: true,
    description: 'The API key that was used, if any.',
  })
  api_key_id: number | null;

  @ApiProperty({ type: String, example: '203.0.113.7', nullable: true })
  address: string | null;

  @ApiProperty({ example: 'schedule.update' })
  action: string;

  @ApiProperty({ example: 'schedule' })
  target_type: string;

  @ApiProperty({ type: Number, example: 7, nullable: true, description: 'Of a session: the id of its user.' })
  target_id: number | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    example: { fields: ['enabled'] },
    description: 'Names, and which fields were changed.',
  })
  details: Record<string, unknown>;

  static from(entry: AuditEntry): AuditEntryDto {
    const { id, at, actor_id, api_key_id, address, action, target_type, target_id, details } = entry;
    return { id, at, actor_id, api_key_id, address, action, target_type, target_id, details };
  }
}
