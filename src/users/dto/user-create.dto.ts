import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { IsOptional, IsString, IsUrl, Length, Matches, MaxLength } from 'class-validator';
import { Omittable, OneOf, Text, Trimmed } from '../../http/fields.js';
import { type Role, ROLES } from '../../http/principal.js';
import { EmailAddress } from '../email-address.js';

const PASSWORD = 'a text of 8 to 128 characters';

@ApiSchema({ name: 'UserCreate' })
export class UserCreateDto {
  @ApiProperty({ example: 'Ada', minLength: 1, maxLength: 100 })
  @Text(1, 100)
  first_name: string;

  @ApiProperty({ example: 'Lovelace', minLength: 1, maxLength: 100 })
  @Text(1, 100)
  last_name: string;

  @ApiProperty({
    example: 'ada@example.com',
    format: 'email',
    description: 'Unique without regard to case and to how accents are encoded.',
  })
  @EmailAddress()
  email: string;

  @ApiProperty({ example: 'correct horse battery', format: 'password', minLength: 8, maxLength: 128 })
  @IsString({ message: PASSWORD })
  @Length(8, 128, { message: PASSWORD })
  password: string;

  @ApiProperty({ example: '+49 30 901820', description: 'Unique.' })
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
  @MaxLength(2048, { message: 'at most 2048 characters' })
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
