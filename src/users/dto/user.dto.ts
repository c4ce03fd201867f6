import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { type Role, ROLES } from '../../http/principal.js';
import type { User } from '../user.entity.js';

/** A user as the API shows it: everything but the password. */
@ApiSchema({ name: 'User' })
export class UserDto {
  @ApiProperty({ example: 1 })
  id: number;

  @ApiProperty({ example: 'Ada' })
  first_name: string;

  @ApiProperty({ example: 'Lovelace' })
  last_name: string;

  @ApiProperty({ example: 'ada@example.com', format: 'email' })
  email: string;

  @ApiProperty({ example: '+49 30 901820' })
  phone: string;

  @ApiProperty({ type: String, example: null, nullable: true })
  photo: string | null;

  @ApiProperty({ enum: ROLES, enumName: 'Role', example: 'admin' })
  role: Role;

  @ApiProperty({ example: '2026-03-29T01:00:00.000Z' })
  created_at: Date;

  @ApiProperty({ example: '2026-03-29T01:00:00.000Z' })
  updated_at: Date;

  static from({
    id,
    first_name,
    last_name,
    email,
    phone,
    photo,
    role,
    created_at,
    updated_at,
  }: User): UserDto {
    return { id, first_name, last_name, email, phone, photo, role, created_at, updated_at };
  }
}
