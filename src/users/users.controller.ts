import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Patch,
  Post,
  Query,
  Req,
  Res,
  UseGuards,
} from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AddressThrottle } from '../throttle/address-throttle.js';
import { ApiPage, PageQuery, sendPage } from '../http/page.js';
import {
  CurrentUser,
  CurrentVisitor,
  MaybeSignedIn,
  type Principal,
  SessionOnly,
  type Visitor,
} from '../http/principal.js';
import { ApiProblems } from '../http/api-problems.js';
import { RowId } from '../http/row-id.js';
import { UserCreateDto } from './dto/user-create.dto.js';
import { UserUpdateDto } from './dto/user-update.dto.js';
import { UserDto } from './dto/user.dto.js';
import { UsersService } from './users.service.js';

@ApiTags('users')
@Controller('user')
export class UsersController {
  constructor(private readonly users: UsersService) {}

  @Post()
  @MaybeSignedIn()
  @UseGuards(AddressThrottle)
  @HttpCode(200)
  @ApiOperation({
    operationId: 'createUser',
    summary:
      'Sign up; the first user becomes admin. Admins make users whether registration is open or closed',
  })
  @ApiOkResponse({ type: UserDto })
  @ApiProblems(400, 401, 403, 409, 422, 429)
  async create(
    @CurrentVisitor() visitor: Principal | Visitor,
    @Body() fields: UserCreateDto,
  ): Promise<UserDto> {
    return UserDto.from(await this.users.create(visitor, fields));
  }

  @Get()
  @ApiOperation({ operationId: 'listUsers', summary: 'All users; a member sees only itself' })
  @ApiPage(UserDto)
  @ApiProblems(401, 422)
  async list(
    @CurrentUser() caller: Principal,
    @Query() query: PageQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserDto[]> {
    return sendPage(await this.users.list(caller, query), request, reply).map((user) => UserDto.from(user));
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getUser', summary: 'One user' })
  @ApiOkResponse({ type: UserDto })
  @ApiProblems(401, 404, 422)
  async get(@CurrentUser() caller: Principal, @RowId() id: number): Promise<UserDto> {
    return UserDto.from(await this.users.get(caller, id));
  }

  @Patch(':id')
  @UseGuards(AddressThrottle)
  @ApiOperation({
    operationId: 'updateUser',
    summary:
      'Change a user; a new password ends its sessions. Of one’s own account, password and e-mail address need the current password',
  })
  @ApiOkResponse({ type: UserDto })
  @ApiProblems(400, 401, 403, 404, 409, 422, 429)
  async update(
    @CurrentUser() caller: Principal,
    @RowId() id: number,
    @Body() fields: UserUpdateDto,
  ): Promise<UserDto> {
    return UserDto.from(await this.users.update(caller, id, fields));
  }

  @Delete(':id')
  @SessionOnly()
  @ApiOperation({
    operationId: 'deleteUser',
    summary: 'Delete a user; its schedules stay, ownerless and disabled',
  })
  @ApiOkResponse({ type: UserDto, description: 'The user as it was.' })
  @ApiProblems(401, 403, 404, 409, 422)
  async delete(@CurrentUser() caller: Principal, @RowId() id: number): Promise<UserDto> {
    return UserDto.from(await this.users.delete(caller, id));
  }
}
