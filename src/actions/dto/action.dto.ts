import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { IsIn } from 'class-validator';

/** Writes one line to the service's log. */
@ApiSchema({ name: 'LogAction' })
export class LogActionDto {
  @ApiProperty({ enum: ['log'], example: 'log' })
  @IsIn(['log'], { message: 'log' })
  type: 'log';
}

/** What a schedule does, as it is stored in its row. */
export type ActionPayload = LogActionDto;
