import { ApiSchema, PartialType } from '@nestjs/swagger';
import { UserCreateDto } from './user-create.dto.js';

/** Fields that are left out stay as they are. A new password ends all sessions; API keys stay. */
@ApiSchema({ name: 'UserUpdate' })
export class UserUpdateDto extends PartialType(UserCreateDto, { skipNullProperties: false }) {}
