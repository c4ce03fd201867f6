import { ApiProperty, ApiSchema, OmitType } from '@nestjs/swagger';
import { Cursor, PageQuery } from '../../http/page.js';
import type { Session } from '../session.entity.js';

/** Which sessions a list shows. */
export class SessionQuery extends OmitType(PageQuery, ['cursor'] as const) {
  /** Milliseconds and id of the last session shown. */
  @Cursor(/^\d{1,14}\.[\da-f-]{36}$/)
  cursor?: string;
}

@ApiSchema({ name: 'Session' })
export class SessionDto {
  @ApiProperty({ example: '5f0c7f0e-8a0c-4c3c-9d53-6a2f6b0b8f2e' })
  id: string;

  @ApiProperty({ example: true, description: 'Whether it is the session of this request.' })
  current: boolean;

  @ApiProperty({ example: '203.0.113.7', description: 'Where it was signed in from.' })
  address: string;

  @ApiProperty({ example: 'curl/8.5.0', description: 'By what program.' })
  user_agent: string;

  @ApiProperty({ example: '2026-03-29T01:00:00.000Z' })
  created_at: Date;

  @ApiProperty({ example: '2026-03-30T01:00:00.000Z' })
  expires_at: Date;

  static from({ id, address, user_agent, created_at, expires_at }: Session, currentId: string): SessionDto {
    return { id, current: id === currentId, address, user_agent, created_at, expires_at };
  }
}
