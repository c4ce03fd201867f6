import { ApiProperty, ApiPropertyOptional, ApiSchema, PickType } from '@nestjs/swagger';
import { Matches } from 'class-validator';
import { PageQuery } from '../../http/page.js';
import { Omittable, TextAsItIs, WholeNumberText } from '../../http/fields.js';
import type { Secret } from '../secret.entity.js';

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

@ApiSchema({ name: 'SecretCreate' })
export class SecretCreateDto {
  @ApiProperty({
    example: 'CRM_TOKEN',
    pattern: NAME.source,
    description: 'Actions refer to it as `{{secrets.CRM_TOKEN}}`.',
  })
  @Matches(NAME, {
    message: 'a name of 1 to 64 letters, digits and underscores that does not begin with a digit',
  })
  name: string;

  @ApiProperty({
    writeOnly: true,
    format: 'password',
    example: 'what nobody can read back',
    description: 'Kept as it is, spaces included, and never shown again.',
  })
  @TextAsItIs(4, 8192)
  value: string;
}

@ApiSchema({ name: 'SecretUpdate' })
export class SecretUpdateDto extends PickType(SecretCreateDto, ['value']) {}

/** Which secrets a list shows. */
export class SecretQuery extends PageQuery {
  @ApiPropertyOptional({ description: 'For admins, who see the secrets of all.' })
  @Omittable()
  @WholeNumberText(1, Number.MAX_SAFE_INTEGER)
  owner_id?: number;
}

/** A secret as the API shows it: everything but the value. */
@ApiSchema({ name: 'Secret' })
export class SecretDto {
  @ApiProperty({ example: 1 })
  id: number;

  @ApiProperty({ example: 1, description: 'Only schedules of this user can use it.' })
  owner_id: number;

  @ApiProperty({ example: 'CRM_TOKEN' })
  name: string;

  @ApiProperty({ example: '2026-03-29T01:00:00.000Z' })
  created_at: Date;

  @ApiProperty({ example: '2026-03-29T01:00:00.000Z', description: 'When its value was last set.' })
  updated_at: Date;

  static from({ id, owner_id, name, created_at, updated_at }: Secret): SecretDto {
    return { id, owner_id, name, created_at, updated_at };
  }
}
