import { Injectable } from '@nestjs/common';
import type { Principal } from '../http/principal.js';
import { ProblemError } from '../http/problems.js';
import type { ManyChangedDto, ManyChangesDto } from './dto/many-changes.dto.js';
import { SchedulesService } from './schedules.service.js';

/** Changes of many schedules at a time. */
@Injectable()
export class ManySchedules {
  constructor(private readonly schedules: SchedulesService) {}

  /**
   * One after the other, each in its own transaction, so that others' writes have their turn between them, and
   * one that cannot be changed leaves the rest as they would be without it.
   */
  async change(caller: Principal, { ids, change }: ManyChangesDto): Promise<ManyChangedDto> {
    const result: ManyChangedDto = { changed: [], failed: [] };
    for (const id of ids) {
      try {
        if (change === 'delete') await this.schedules.delete(caller, id);
        else await this.schedules.update(caller, id, { enabled: change === 'resume' });
        result.changed.push(id);
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error;
        const detail = error.errors?.map(({ message }) => message).join('; ') ?? error.message;
        result.failed.push({ id, detail });
      }
    }
    return result;
  }
}
