import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiProblems } from '../http/api-problems.js';
import { ApiPage, sendPage } from '../http/page.js';
import { CurrentUser, type Principal, ReadOnly } from '../http/principal.js';
import { RowId } from '../http/row-id.js';
import { ManyChangedDto, ManyChangesDto } from './dto/many-changes.dto.js';
import { OccurrenceDto, PreviewDto, PreviewRequestDto, UpcomingQuery } from './dto/preview.dto.js';
import { RotatedSecretDto } from './dto/rotated-secret.dto.js';
import { ScheduleCreateDto } from './dto/schedule-create.dto.js';
import { ScheduleQuery } from './dto/schedule-query.dto.js';
import { ScheduleUpdateDto } from './dto/schedule-update.dto.js';
import { ListedScheduleDto, ScheduleDto } from './dto/schedule.dto.js';
import { ManySchedules } from './many-schedules.js';
import { SigningSecrets } from './signing-secrets.js';
import { SchedulesService } from './schedules.service.js';

@ApiTags('schedules')
@Controller('schedules')
export class SchedulesController {
  constructor(
    private readonly schedules: SchedulesService,
    private readonly many: ManySchedules,
    private readonly signing: SigningSecrets,
  ) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({ operationId: 'createSchedule', summary: 'Create a schedule' })
  @ApiOkResponse({ type: ScheduleDto })
  @ApiProblems(400, 401, 422, 429)
  async create(@CurrentUser() caller: Principal, @Body() fields: ScheduleCreateDto): Promise<ScheduleDto> {
    return ScheduleDto.from(await this.schedules.create(caller, fields));
  }

  @Get()
  @ApiOperation({
    operationId: 'listSchedules',
    summary: 'All schedules; a member sees its own',
    description: 'Without long bodies of actions, as `body_left_out` says: GET /schedules/{id} has them.',
  })
  @ApiPage(ListedScheduleDto)
  @ApiProblems(401, 422)
  async list(
    @CurrentUser() caller: Principal,
    @Query() query: ScheduleQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListedScheduleDto[]> {
    const page = await this.schedules.list(caller, query);
    return sendPage(page, request, reply).map((schedule) => ListedScheduleDto.from(schedule));
  }

  @Post('preview')
  @ReadOnly()
  @HttpCode(200)
  @ApiOperation({ operationId: 'previewSchedule', summary: 'When an interval would fire; nothing is stored' })
  @ApiOkResponse({ type: PreviewDto })
  @ApiProblems(400, 401, 422, 429)
  preview(@CurrentUser() caller: Principal, @Body() request: PreviewRequestDto): Promise<PreviewDto> {
    return this.schedules.preview(caller, request);
  }

  @Post('bulk')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'changeSchedules',
    summary: 'Pause, resume or delete many schedules, each as if it were alone',
  })
  @ApiOkResponse({ type: ManyChangedDto })
  @ApiProblems(400, 401, 422, 429)
  changeMany(@CurrentUser() caller: Principal, @Body() changes: ManyChangesDto): Promise<ManyChangedDto> {
    return this.many.change(caller, changes);
  }

  @Get(':id/upcoming')
  @ApiOperation({ operationId: 'listScheduleUpcoming', summary: 'The next occurrences of a schedule' })
  @ApiOkResponse({ type: [OccurrenceDto] })
  @ApiProblems(401, 404, 422, 429)
  upcoming(
    @CurrentUser() caller: Principal,
    @RowId() id: number,
    @Query() { count }: UpcomingQuery,
  ): Promise<OccurrenceDto[]> {
    return this.schedules.upcoming(caller, id, count);
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getSchedule', summary: 'One schedule' })
  @ApiOkResponse({ type: ScheduleDto })
  @ApiProblems(401, 404, 422)
  async get(@CurrentUser() caller: Principal, @RowId() id: number): Promise<ScheduleDto> {
    return ScheduleDto.from(await this.schedules.get(caller, id));
  }

  @Patch(':id')
  @ApiOperation({
    operationId: 'updateSchedule',
    summary: 'Change a schedule; counts for the very next occurrence',
  })
  @ApiOkResponse({ type: ScheduleDto })
  @ApiProblems(400, 401, 404, 422, 429)
  async update(
    @CurrentUser() caller: Principal,
    @RowId() id: number,
    @Body() fields: ScheduleUpdateDto,
  ): Promise<ScheduleDto> {
    return ScheduleDto.from(await this.schedules.update(caller, id, fields));
  }

  @Post(':id/rotate-signing-secret')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'rotateSigningSecret',
    summary: 'Have calls signed by a new secret, shown once; the old one signs beside it for 24 hours',
  })
  @ApiOkResponse({ type: RotatedSecretDto })
  @ApiProblems(401, 404, 422)
  rotateSigningSecret(@CurrentUser() caller: Principal, @RowId() id: number): Promise<RotatedSecretDto> {
    return this.signing.rotate(caller, id);
  }

  @Delete(':id')
  @ApiOperation({ operationId: 'deleteSchedule', summary: 'Delete a schedule; it never fires again' })
  @ApiOkResponse({ type: ScheduleDto, description: 'The schedule as it was.' })
  @ApiProblems(401, 404, 422)
  async delete(@CurrentUser() caller: Principal, @RowId() id: number): Promise<ScheduleDto> {
    return ScheduleDto.from(await this.schedules.delete(caller, id));
  }
}
