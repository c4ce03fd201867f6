import { Controller, Get, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiProblems } from '../http/api-problems.js';
import { ApiPage, sendPage } from '../http/page.js';
import { CurrentUser, type Principal } from '../http/principal.js';
import { RowId } from '../http/row-id.js';
import { ScheduleRunsQuery } from './dto/run-query.dto.js';
import { LISTED, ListedRunDto, RunDto } from './dto/run.dto.js';
import { RunCommands } from './run-commands.js';
import { RunsService } from './runs.service.js';

/** The runs of one schedule, under its path. */
@ApiTags('schedules')
@Controller('schedules')
export class ScheduleRunsController {
  constructor(
    private readonly runs: RunsService,
    private readonly commands: RunCommands,
  ) {}

  @Post(':id/run')
  @HttpCode(202)
  @ApiOperation({ operationId: 'runSchedule', summary: 'Run now, also when disabled or completed' })
  @ApiAcceptedResponse({ type: RunDto, description: 'The run, stored and queued.' })
  @ApiProblems(401, 404, 422)
  async trigger(@CurrentUser() caller: Principal, @RowId() id: number): Promise<RunDto> {
    return RunDto.from(await this.commands.trigger(caller, id));
  }

  @Get(':id/runs')
  @ApiOperation({
    operationId: 'listScheduleRuns',
    summary: 'The runs of one schedule, newest first',
    description: LISTED,
  })
  @ApiPage(ListedRunDto)
  @ApiProblems(401, 404, 422)
  async listOfSchedule(
    @CurrentUser() caller: Principal,
    @RowId() id: number,
    @Query() query: ScheduleRunsQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListedRunDto[]> {
    const page = await this.runs.listOfSchedule(caller, id, query);
    return sendPage(page, request, reply).map((run) => ListedRunDto.from(run));
  }
}
