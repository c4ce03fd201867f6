import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiProblems } from '../http/api-problems.js';
import { ApiPage, sendPage } from '../http/page.js';
import { AdminOnly, CurrentUser, type Principal } from '../http/principal.js';
import { AuditService } from './audit.service.js';
import { AuditEntryDto, AuditQuery } from './dto/audit-entry.dto.js';

@ApiTags('audit')
@Controller('audit-log')
export class AuditController {
  constructor(private readonly audit: AuditService) {}

  @Get()
  @AdminOnly()
  @ApiOperation({ operationId: 'listAuditLog', summary: 'Who did what, newest first; for admins' })
  @ApiPage(AuditEntryDto)
  @ApiProblems(401, 403, 422)
  async list(
    @CurrentUser() caller: Principal,
    @Query() query: AuditQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AuditEntryDto[]> {
    const page = await this.audit.list(caller, query);
    return sendPage(page, request, reply).map((entry) => AuditEntryDto.from(entry));
  }
}
