import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { IsOptional, IsUrl, Matches } from 'class-validator';
import { AtMost, Omittable, OneOf, Text, TextAsItIs, Trimmed } from '../../http/fields.js';
import { type Role, ROLES } from '../../http/principal.js';
import { EmailAddress } from '../email-address.js';

@ApiSchema({ name: 'UserCreate' })
export class UserCreateDto {
  @ApiProperty({ example: 'Ada' })
  @Text(1, 100)
  first_name: string;

  @ApiProperty({ example: 'Lovelace' })
  @Text(1, 100)
  last_name: string;

  @ApiProperty({
    example: 'ada@example.com',
    format: 'email',
    description: 'Unique without regard to case and to how accents are encoded.',
  })
  @EmailAddress()
  email: string;

  @ApiProperty({ example: 'correct horse battery', format: 'password' })
  @TextAsItIs(8, 128)
  password: string;

  @ApiProperty({
    example: '+49 30 901820',
    pattern: '^\\+?[0-9 ()./-]{3,32}$',
    description: 'Unique. It has 3 to 15 digits.',
  })
  @Trimmed()
  @Matches(/^\+?(?=(?:\D*\d){3,15}\D*$)[\d ()./-]{3,32}$/, {
    message: 'a phone number of 3 to 15 digits, such as +49 30 901820',
  })
  phone: string;

  @ApiPropertyOptional({
    type: String,
    example: 'https://example.com/ada.png',
    format: 'uri',
    nullable: true,
  })
  @IsOptional()
  @AtMost(2048)
  @IsUrl(
    { protocols: ['http', 'https'], require_protocol: true, require_tld: false },
    { message: 'an http or https URL, or null' },
  )
  photo?: string | null;

  @ApiPropertyOptional({
    enum: ROLES,
    enumName: 'Role',
    description: 'For admins to set; `member` by default.',
  })
  @Omittable()
  @OneOf(ROLES)
  role?: Role;
}
