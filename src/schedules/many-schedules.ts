import { Injectable } from '@nestjs/common';
import type { Principal } from '../http/principal.js';
import { NotSignedIn, ProblemError, TooManyRequests } from '../http/problems.js';
import type { ManyChangedDto, ManyChangesDto } from './dto/many-changes.dto.js';
import { SchedulesService } from './schedules.service.js';

/** Changes of many schedules at a time. */
@Injectable()
export class ManySchedules {
  constructor(private readonly schedules: SchedulesService) {}

  /**
   * One after the other, each in its own transaction, so that others' writes have their turn between them, and
   * one that cannot be changed leaves the rest as they would be without it.
   *
   * @throws TooManyRequests when not even the first may be changed
   * @throws NotSignedIn when the caller's session or API key is ended meanwhile: what was changed by then stays so
   */
  async change(caller: Principal, { ids, change }: ManyChangesDto): Promise<ManyChangedDto> {
    const result: ManyChangedDto = { changed: [], failed: [] };
    for (const id of ids) {
      try {
        if (change === 'delete') await this.schedules.delete(caller, id);
        else await this.schedules.update(caller, id, { enabled: change === 'resume' });
        result.changed.push(id);
      } catch (error) {
        if (!(error instanceof ProblemError) || error instanceof NotSignedIn) throw error;
        if (error instanceof TooManyRequests && id === ids[0]) throw error;
        const detail = error.errors?.map(({ message }) => message).join('; ') ?? error.message;
        result.failed.push({ id, detail });
      }
      // A transaction of SQLite does not wait for anything: without this, everybody else would.
      await new Promise(setImmediate);
    }
    return result;
  }
}
