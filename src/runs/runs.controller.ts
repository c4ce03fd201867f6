import { Controller, Get, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiProblems } from '../http/api-problems.js';
import { ApiPage, sendPage } from '../http/page.js';
import { CurrentUser, type Principal } from '../http/principal.js';
import { RowId } from '../http/row-id.js';
import { RecentRunsDto, RecentRunsQuery } from './dto/recent-runs.dto.js';
import { RunQuery } from './dto/run-query.dto.js';
import { LISTED, ListedRunDto, RunDto } from './dto/run.dto.js';
import { RecentRuns } from './recent-runs.js';
import { RunCommands } from './run-commands.js';
import { RunsService } from './runs.service.js';

@ApiTags('runs')
@Controller()
export class RunsController {
  constructor(
    private readonly runs: RunsService,
    private readonly recent: RecentRuns,
    private readonly commands: RunCommands,
  ) {}

  @Get('runs')
  @ApiOperation({
    operationId: 'listRuns',
    summary: 'What became of occurrences, newest first',
    description: LISTED,
  })
  @ApiPage(ListedRunDto)
  @ApiProblems(401, 422)
  async list(
    @CurrentUser() caller: Principal,
    @Query() query: RunQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListedRunDto[]> {
    const page = await this.runs.list(caller, query);
    return sendPage(page, request, reply).map((run) => ListedRunDto.from(run));
  }

  @Get('runs/:id')
  @ApiOperation({ operationId: 'getRun', summary: 'One run' })
  @ApiOkResponse({ type: RunDto })
  @ApiProblems(401, 404, 422)
  async get(@CurrentUser() caller: Principal, @RowId() id: number): Promise<RunDto> {
    return RunDto.from(await this.runs.get(caller, id));
  }

  @Post('runs/:id/cancel')
  @HttpCode(200)
  @ApiOperation({ operationId: 'cancelRun', summary: 'End a run that is queued or running' })
  @ApiOkResponse({ type: RunDto })
  @ApiProblems(401, 404, 409, 422)
  async cancel(@CurrentUser() caller: Principal, @RowId() id: number): Promise<RunDto> {
    return RunDto.from(await this.commands.cancel(caller, id));
  }

  @Post('runs/:id/replay')
  @HttpCode(202)
  @ApiOperation({ operationId: 'replayRun', summary: 'Do once more what a run did or should have done' })
  @ApiAcceptedResponse({ type: RunDto, description: 'The new run, stored and queued.' })
  @ApiProblems(401, 404, 409, 422)
  async replay(@CurrentUser() caller: Principal, @RowId() id: number): Promise<RunDto> {
    return RunDto.from(await this.commands.replay(caller, id));
  }

  @Get('schedules/recent-runs')
  @ApiOperation({ operationId: 'listRecentRuns', summary: 'The latest runs of several schedules' })
  @ApiOkResponse({ type: [RecentRunsDto], description: 'In the order of the ids.' })
  @ApiProblems(401, 422)
  async listRecent(
    @CurrentUser() caller: Principal,
    @Query() { ids, limit }: RecentRunsQuery,
  ): Promise<RecentRunsDto[]> {
    const runs = await this.recent.ofSchedules(caller, ids, limit);
    return [...runs].map(([id, latest]) => RecentRunsDto.from(id, latest));
  }
}
