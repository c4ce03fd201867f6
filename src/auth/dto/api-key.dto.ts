import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { DistinctItems, Instant, Text } from '../../http/fields.js';
import { type Scope, SCOPES } from '../../http/principal.js';
import type { ApiKey } from '../api-key.entity.js';

@ApiSchema({ name: 'ApiKeyCreate' })
export class ApiKeyCreateDto {
  @ApiProperty({ example: 'deploy script' })
  @Text(1, 100)
  name: string;

  @ApiProperty({
    enum: SCOPES,
    isArray: true,
    example: ['read'],
    description: '`read` for requests that change nothing, `write` for the others.',
  })
  @IsIn(SCOPES, { each: true, message: `a list of ${SCOPES.join(' and ')}` })
  @DistinctItems(1, SCOPES.length, `a list of ${SCOPES.join(' and ')}, each once`)
  scopes: Scope[];

  @ApiPropertyOptional({ type: Date, example: null, nullable: true, description: 'Never, when null.' })
  @IsOptional()
  @Instant()
  expires_at?: Date | null;
}

/** An API key as the API shows it: everything but the key. */
@ApiSchema({ name: 'ApiKey' })
export class ApiKeyDto {
  @ApiProperty({ example: 1 })
  id: number;

  @ApiProperty({ example: 'deploy script' })
  name: string;

  @ApiProperty({ example: 'sch_3uJ9xQ', description: 'How the key begins.' })
  hint: string;

  @ApiProperty({ enum: SCOPES, isArray: true, example: ['read'] })
  scopes: Scope[];

  @ApiProperty({ type: Date, example: null, nullable: true })
  expires_at: Date | null;

  @ApiProperty({
    type: Date,
    example: '2026-03-29T01:00:00.000Z',
    nullable: true,
    description: 'To the minute.',
  })
  last_used_at: Date | null;

  @ApiProperty({ example: '2026-03-29T01:00:00.000Z' })
  created_at: Date;

  static from({ id, name, hint, scopes, expires_at, last_used_at, created_at }: ApiKey): ApiKeyDto {
    return { id, name, hint, scopes, expires_at, last_used_at, created_at };
  }
}

@ApiSchema({ name: 'NewApiKey' })
export class NewApiKeyDto extends ApiKeyDto {
  @ApiProperty({
    example: 'sch_…',
    description: 'Shown this once. Send it as "Authorization: Bearer <key>".',
  })
  key: string;
}
