import { ApiPropertyOptional, ApiSchema, PartialType } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import { AtMost, Omittable } from '../../http/fields.js';
import { UserCreateDto } from './user-create.dto.js';

/** Fields that are left out stay as they are. A new password ends all sessions; API keys stay. */
@ApiSchema({ name: 'UserUpdate' })
export class UserUpdateDto extends PartialType(UserCreateDto, { skipNullProperties: false }) {
  @ApiPropertyOptional({
    example: 'correct horse battery',
    format: 'password',
    description:
      'Needed for a new password or e-mail address of one’s own account; not for anything else, nor by an admin who ' +
      'changes another user. A wrong one counts as a failed attempt to sign in.',
  })
  @Omittable()
  @AtMost(128)
  @IsString({ message: 'the current password of the account' })
  current_password?: string;
}
