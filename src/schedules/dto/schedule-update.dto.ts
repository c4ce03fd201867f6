import { ApiSchema, PartialType } from '@nestjs/swagger';
import { ScheduleCreateDto } from './schedule-create.dto.js';

/** Fields that are left out stay as they are. */
@ApiSchema({ name: 'ScheduleUpdate' })
export class ScheduleUpdateDto extends PartialType(ScheduleCreateDto, { skipNullProperties: false }) {}
