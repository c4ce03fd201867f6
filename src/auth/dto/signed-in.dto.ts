import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { UserDto } from '../../users/dto/user.dto.js';

@ApiSchema({ name: 'SignedIn' })
export class SignedInDto {
  @ApiProperty({
    example: 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.signature',
    description: 'A JWT. Send it as "Authorization: Bearer <token>".',
  })
  token: string;

  @ApiProperty()
  user: UserDto;
}

@ApiSchema({ name: 'BrowserSession' })
export class BrowserSessionDto {
  @ApiProperty()
  user: UserDto;
}
