import { ApiProperty, ApiPropertyOptional, ApiSchema, getSchemaPath } from '@nestjs/swagger';

@ApiSchema({ name: 'Liveness' })
export class LivenessDto {
  @ApiProperty({ example: 'ok' })
  status: string;
}

/** Whether one of the things that the service needs is there. */
@ApiSchema({ name: 'PartHealth' })
export class PartHealthDto {
  @ApiProperty({ enum: ['up', 'degraded', 'down'], enumName: 'PartStatus', example: 'up' })
  status: string;

  @ApiPropertyOptional({ description: 'What is amiss.' })
  message?: string;

  @ApiPropertyOptional({
    format: 'double',
    example: 1.2,
    description: 'What the answer took, in milliseconds.',
  })
  responseTime?: number;

  @ApiPropertyOptional({ description: 'Whether the answer is that of a probe a moment ago.' })
  cachedResponse?: boolean;
}

const PARTS = {
  type: 'object',
  additionalProperties: { $ref: getSchemaPath(PartHealthDto) },
} as const;

@ApiSchema({ name: 'Health' })
export class HealthDto {
  @ApiProperty({
    enum: ['ok', 'degraded', 'error', 'shutting_down'],
    enumName: 'HealthStatus',
    example: 'ok',
  })
  status: string;

  @ApiPropertyOptional({
    ...PARTS,
    example: { database: { status: 'up' } },
    description: 'Those that are up.',
  })
  info?: Record<string, PartHealthDto>;

  @ApiPropertyOptional({ ...PARTS, example: {}, description: 'Those that are down.' })
  error?: Record<string, PartHealthDto>;

  @ApiProperty({ ...PARTS, example: { database: { status: 'up' } }, description: 'All.' })
  details: Record<string, PartHealthDto>;
}
