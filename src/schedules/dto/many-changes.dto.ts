import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { IsInt, Min } from 'class-validator';
import { DistinctItems, OneOf } from '../../http/fields.js';

const MOST = 500;
const IDS = `a list of 1 to ${String(MOST)} ids, each once`;
const CHANGES = ['pause', 'resume', 'delete'] as const;

/** What to do with several schedules. */
@ApiSchema({ name: 'ManyChanges' })
export class ManyChangesDto {
  @ApiProperty({ type: [Number], example: [1, 2, 3] })
  @Min(1, { each: true, message: IDS })
  @IsInt({ each: true, message: IDS })
  @DistinctItems(1, MOST, IDS)
  ids: number[];

  @ApiProperty({ enum: CHANGES, enumName: 'ManyChange', example: 'pause' })
  @OneOf(CHANGES)
  change: (typeof CHANGES)[number];
}

@ApiSchema({ name: 'NotChanged' })
export class NotChangedDto {
  @ApiProperty({ example: 3 })
  id: number;

  @ApiProperty({ example: 'There is no schedule 3.' })
  detail: string;
}

@ApiSchema({ name: 'ManyChanged' })
export class ManyChangedDto {
  @ApiProperty({ type: [Number], example: [1, 2] })
  changed: number[];

  @ApiProperty({ type: [NotChangedDto], description: 'Those that stay as they were, and why.' })
  failed: NotChangedDto[];
}
