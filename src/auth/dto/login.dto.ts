import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';
import { LowerCase } from '../../http/fields.js';

@ApiSchema({ name: 'Login' })
export class LoginDto {
  @ApiProperty({ example: 'ada@example.com' })
  @LowerCase()
  @MaxLength(254, { message: 'at most 254 characters' })
  @IsString({ message: 'the e-mail address of a user' })
  email: string;

  @ApiProperty({ example: 'correct horse battery', format: 'password' })
  @MaxLength(128, { message: 'at most 128 characters' })
  @IsString({ message: 'the password of the user' })
  password: string;
}
