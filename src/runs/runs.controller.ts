import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiProblems } from '../http/api-problems.js';
import { ApiPage, sendPage } from '../http/page.js';
import { CurrentUser, type Principal } from '../http/principal.js';
import { RowId } from '../http/row-id.js';
import { RunQuery, ScheduleRunsQuery } from './dto/run-query.dto.js';
import { RunDto } from './dto/run.dto.js';
import { RunsService } from './runs.service.js';

@ApiTags('runs')
@ApiBearerAuth()
@Controller()
export class RunsController {
  constructor(private readonly runs: RunsService) {}

  @Get('runs')
  @ApiOperation({ operationId: 'listRuns', summary: 'What became of occurrences, newest first' })
  @ApiPage(RunDto)
  @ApiProblems(401, 422)
  async list(
    @CurrentUser() caller: Principal,
    @Query() query: RunQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RunDto[]> {
    return sendPage(await this.runs.list(caller, query), request, reply).map((run) => RunDto.from(run));
  }

  @Get('runs/:id')
  @ApiOperation({ operationId: 'getRun', summary: 'One run' })
  @ApiOkResponse({ type: RunDto })
  @ApiProblems(401, 404, 422)
  async get(@CurrentUser() caller: Principal, @RowId() id: number): Promise<RunDto> {
    return RunDto.from(await this.runs.get(caller, id));
  }

  @Get('schedules/:id/runs')
  @ApiTags('schedules')
  @ApiOperation({ operationId: 'listScheduleRuns', summary: 'The runs of one schedule, newest first' })
  @ApiPage(RunDto)
  @ApiProblems(401, 404, 422)
  async listOfSchedule(
    @CurrentUser() caller: Principal,
    @RowId() id: number,
    @Query() query: ScheduleRunsQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RunDto[]> {
    const page = await this.runs.listOfSchedule(caller, id, query);
    return sendPage(page, request, reply).map((run) => RunDto.from(run));
  }
}
