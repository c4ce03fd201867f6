import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { RotatedSecret } from '../signing-secrets.js';

@ApiSchema({ name: 'RotatedSecret' })
export class RotatedSecretDto implements RotatedSecret {
  @ApiProperty({ example: 'whsec_…', description: 'Shown this once. Give it to whoever verifies the calls.' })
  signing_secret: string;

  @ApiProperty({
    example: '2026-03-30T01:00:00.000Z',
    description: 'Until then the old one signs beside it.',
  })
  previous_valid_until: Date;
}
