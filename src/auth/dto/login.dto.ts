import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';
import { LowerCase } from '../../http/fields.js';

@ApiSchema({ name: 'Login' })
export class LoginDto {
  @ApiProperty({ example: 'ada@example.com' })
  @LowerCase()
  @IsString({ message: 'the e-mail address of a user' })
  @MaxLength(254, { message: 'at most 254 characters' })
  email: string;

  @ApiProperty({ example: 'correct horse battery', format: 'password' })
  @IsString({ message: 'the password of the user' })
  @MaxLength(128, { message: 'at most 128 characters' })
  password: string;
}
