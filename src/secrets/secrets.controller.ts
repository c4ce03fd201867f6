import { Body, Controller, Delete, Get, Patch, Post, Query, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiProblems } from '../http/api-problems.js';
import { ApiPage, sendPage } from '../http/page.js';
import { CurrentUser, type Principal } from '../http/principal.js';
import { RowId } from '../http/row-id.js';
import { SecretCreateDto, SecretDto, SecretQuery, SecretUpdateDto } from './dto/secret.dto.js';
import { SecretsService } from './secrets.service.js';

@ApiTags('secrets')
@Controller('secrets')
export class SecretsController {
  constructor(private readonly secrets: SecretsService) {}

  @Post()
  @ApiOperation({ operationId: 'createSecret', summary: 'Store a value that actions can use by its name' })
  @ApiCreatedResponse({ type: SecretDto })
  @ApiProblems(400, 401, 409, 422)
  async create(@CurrentUser() caller: Principal, @Body() fields: SecretCreateDto): Promise<SecretDto> {
    return SecretDto.from(await this.secrets.create(caller, fields));
  }

  @Get()
  @ApiOperation({ operationId: 'listSecrets', summary: 'All secrets, without their values' })
  @ApiPage(SecretDto)
  @ApiProblems(401, 422)
  async list(
    @CurrentUser() caller: Principal,
    @Query() query: SecretQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SecretDto[]> {
    return sendPage(await this.secrets.list(caller, query), request, reply).map((row) => SecretDto.from(row));
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getSecret', summary: 'One secret, without its value' })
  @ApiOkResponse({ type: SecretDto })
  @ApiProblems(401, 404, 422)
  async get(@CurrentUser() caller: Principal, @RowId() id: number): Promise<SecretDto> {
    return SecretDto.from(await this.secrets.get(caller, id));
  }

  @Patch(':id')
  @ApiOperation({
    operationId: 'updateSecret',
    summary: 'Set another value, for all schedules that refer to it',
  })
  @ApiOkResponse({ type: SecretDto })
  @ApiProblems(400, 401, 404, 422)
  async update(
    @CurrentUser() caller: Principal,
    @RowId() id: number,
    @Body() { value }: SecretUpdateDto,
  ): Promise<SecretDto> {
    return SecretDto.from(await this.secrets.update(caller, id, value));
  }

  @Delete(':id')
  @ApiOperation({ operationId: 'deleteSecret', summary: 'Delete a secret that no schedule refers to' })
  @ApiOkResponse({ type: SecretDto, description: 'The secret as it was.' })
  @ApiProblems(401, 404, 409, 422)
  async delete(@CurrentUser() caller: Principal, @RowId() id: number): Promise<SecretDto> {
    return SecretDto.from(await this.secrets.delete(caller, id));
  }
}
