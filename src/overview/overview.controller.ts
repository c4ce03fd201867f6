import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../http/api-problems.js';
import { CurrentUser, type Principal } from '../http/principal.js';
import { OverviewDto, OverviewQuery } from './dto/overview.dto.js';
import { OverviewService } from './overview.service.js';

@ApiTags('overview')
@Controller('overview')
export class OverviewController {
  constructor(private readonly overview: OverviewService) {}

  @Get()
  @ApiOperation({
    operationId: 'getOverview',
    summary: 'How it goes: runs by the hour, schedules by how they are; a member sees its own',
  })
  @ApiOkResponse({ type: OverviewDto })
  @ApiProblems(401, 422)
  get(@CurrentUser() caller: Principal, @Query() { hours }: OverviewQuery): Promise<OverviewDto> {
    return this.overview.get(caller, hours);
  }
}
