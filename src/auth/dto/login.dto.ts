import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import { AtMost, LowerCase } from '../../http/fields.js';

@ApiSchema({ name: 'Login' })
export class LoginDto {
  @ApiProperty({ example: 'ada@example.com' })
  @LowerCase()
  @AtMost(254)
  @IsString({ message: 'the e-mail address of a user' })
  email: string;

  @ApiProperty({ example: 'correct horse battery', format: 'password' })
  @AtMost(128)
  @IsString({ message: 'the password of the user' })
  password: string;
}
