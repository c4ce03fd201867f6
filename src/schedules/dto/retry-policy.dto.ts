import { ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { Omittable, WholeNumber } from '../../http/fields.js';
import { DEFAULT_RETRY_POLICY } from '../policies.js';

/** How failed attempts are repeated. What is left out has its default, or in an update stays as it is. */
@ApiSchema({ name: 'RetryPolicy' })
export class RetryPolicyDto {
  @ApiPropertyOptional({
    default: DEFAULT_RETRY_POLICY.max_attempts,
    description: 'The first attempt included.',
  })
  @Omittable()
  @WholeNumber(1, 100)
  max_attempts?: number;

  @ApiPropertyOptional({
    default: DEFAULT_RETRY_POLICY.min_backoff_seconds,
    description: 'The wait before the second attempt. It doubles with each further one.',
  })
  @Omittable()
  @WholeNumber(0, 86_400)
  min_backoff_seconds?: number;

  @ApiPropertyOptional({
    default: DEFAULT_RETRY_POLICY.max_backoff_seconds,
    description: 'The longest wait.',
  })
  @Omittable()
  @WholeNumber(0, 604_800)
  max_backoff_seconds?: number;
}
