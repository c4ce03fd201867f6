import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Clock } from '../clock/clock.js';
import { ApiProblems } from '../http/api-problems.js';
import { CurrentUser, type Principal } from '../http/principal.js';
import { AllUpcomingQuery, UpcomingOccurrenceDto } from './dto/upcoming.dto.js';
import { UpcomingOccurrences } from './upcoming.js';

const DAY_MS = 86_400_000;

@ApiTags('overview')
@Controller('upcoming')
export class UpcomingController {
  constructor(
    private readonly upcoming: UpcomingOccurrences,
    private readonly clock: Clock,
  ) {}

  @Get()
  @ApiOperation({
    operationId: 'listUpcoming',
    summary: 'The next occurrences of all schedules together, in order; a member sees those of its own',
  })
  @ApiOkResponse({ type: [UpcomingOccurrenceDto] })
  @ApiProblems(401, 422, 429)
  async list(
    @CurrentUser() caller: Principal,
    @Query() { to = new Date(this.clock.now().getTime() + DAY_MS), limit }: AllUpcomingQuery,
  ): Promise<UpcomingOccurrenceDto[]> {
    const occurrences = await this.upcoming.list(caller, to, limit);
    return occurrences.map(({ schedule: { id, title }, at }) => ({ schedule_id: id, title, at }));
  }
}
