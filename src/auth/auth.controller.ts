import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  Param,
  Post,
  Query,
  Req,
  Res,
  UseGuards,
} from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AddressThrottle } from '../throttle/address-throttle.js';
import { ApiProblems } from '../http/api-problems.js';
import { ApiPage, PageQuery, sendPage } from '../http/page.js';
import {
  CurrentUser,
  CurrentVisitor,
  type Principal,
  Public,
  SessionOnly,
  type Visitor,
} from '../http/principal.js';
import { RowId } from '../http/row-id.js';
import { UserDto } from '../users/dto/user.dto.js';
import { normalEmail } from '../users/email-address.js';
import type { Place } from '../users/sign-in-delay.js';
import { ApiKeysService } from './api-keys.service.js';
import { AuthService } from './auth.service.js';
import { ApiKeyCreateDto, ApiKeyDto, NewApiKeyDto } from './dto/api-key.dto.js';
import { DeviceCookie } from './device-cookie.js';
import { LoginDto } from './dto/login.dto.js';
import { SessionDto, SessionQuery } from './dto/session.dto.js';
import { BrowserSessionDto, SignedInDto } from './dto/signed-in.dto.js';
import { SessionCookie } from './session-cookie.js';
import { SessionsService } from './sessions.service.js';

@ApiTags('auth')
@Controller('auth')
export class AuthController {
  constructor(
    private readonly auth: AuthService,
    private readonly sessions: SessionsService,
    private readonly apiKeys: ApiKeysService,
    private readonly cookie: SessionCookie,
    private readonly device: DeviceCookie,
  ) {}

  @Post('signin')
  @Public()
  @UseGuards(AddressThrottle)
  @HttpCode(200)
  @ApiOperation({ operationId: 'signIn', summary: 'Sign in with e-mail and password' })
  @ApiOkResponse({ type: SignedInDto })
  @ApiProblems(400, 401, 422, 429)
  signIn(
    @CurrentVisitor() visitor: Visitor,
    @Headers('user-agent') userAgent: string | undefined,
    @Body() login: LoginDto,
    @Req() request: FastifyRequest,
  ): Promise<SignedInDto> {
    return this.auth.signIn(this.placeOf(visitor, request, login), userAgent ?? '', login);
  }

  @Post('session')
  @Public()
  @UseGuards(AddressThrottle)
  @HttpCode(200)
  @ApiOperation({
    operationId: 'startBrowserSession',
    summary: 'Sign in for pages of this origin: the token comes as a cookie that scripts cannot read',
  })
  @ApiOkResponse({
    type: BrowserSessionDto,
    headers: { 'Set-Cookie': { description: 'The session.', schema: { type: 'string' } } },
  })
  @ApiProblems(400, 401, 422, 429)
  async startBrowserSession(
    @CurrentVisitor() visitor: Visitor,
    @Headers('user-agent') userAgent: string | undefined,
    @Body() login: LoginDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BrowserSessionDto> {
    const place = this.placeOf(visitor, request, login);
    const { token, user } = await this.auth.signIn(place, userAgent ?? '', login);
    this.cookie.set(request, reply, token);
    this.device.set(request, reply, normalEmail(login.email));
    return { user };
  }

  @Post('signout')
  @HttpCode(204)
  @ApiOperation({ operationId: 'signOut', summary: 'End the session; its token or cookie is good no more' })
  @ApiNoContentResponse({ description: 'Signed out.' })
  @ApiProblems(401, 403, 409)
  async signOut(
    @CurrentUser() caller: Principal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.auth.signOut(caller);
    // One that it did not come by may be another session's.
    if (request.headers.authorization === undefined) this.cookie.clear(request, reply);
  }

  @Get('me')
  @ApiOperation({ operationId: 'getMe', summary: 'The user who is signed in' })
  @ApiOkResponse({ type: UserDto })
  @ApiProblems(401)
  me(@CurrentUser() caller: Principal): Promise<UserDto> {
    return this.auth.me(caller);
  }

  @Get('sessions')
  @ApiOperation({ operationId: 'listSessions', summary: 'One’s own sessions, the newest first' })
  @ApiPage(SessionDto)
  @ApiProblems(401, 422)
  async listSessions(
    @CurrentUser() caller: Principal,
    @Query() query: SessionQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionDto[]> {
    const current = String(caller.credential.id);
    const page = await this.sessions.list(caller, query);
    return sendPage(page, request, reply).map((row) => SessionDto.from(row, current));
  }

  @Delete('sessions/:session_id')
  @SessionOnly()
  @HttpCode(204)
  @ApiOperation({ operationId: 'deleteSession', summary: 'End one of one’s own sessions' })
  @ApiNoContentResponse({ description: 'Its token is good no more.' })
  @ApiProblems(401, 403, 404)
  deleteSession(@CurrentUser() caller: Principal, @Param('session_id') id: string): Promise<void> {
    return this.sessions.end(caller, id);
  }

  @Post('api-keys')
  @SessionOnly()
  @ApiOperation({ operationId: 'createApiKey', summary: 'Make a key that works wherever a token does' })
  @ApiCreatedResponse({ type: NewApiKeyDto })
  @ApiProblems(400, 401, 403, 409, 422)
  async createApiKey(
    @CurrentUser() caller: Principal,
    @Body() fields: ApiKeyCreateDto,
  ): Promise<NewApiKeyDto> {
    const { row, key } = await this.apiKeys.create(caller, fields);
    return { ...ApiKeyDto.from(row), key };
  }

  @Get('api-keys')
  @ApiOperation({ operationId: 'listApiKeys', summary: 'One’s own API keys' })
  @ApiPage(ApiKeyDto)
  @ApiProblems(401, 422)
  async listApiKeys(
    @CurrentUser() caller: Principal,
    @Query() query: PageQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ApiKeyDto[]> {
    return sendPage(await this.apiKeys.list(caller, query), request, reply).map((row) => ApiKeyDto.from(row));
  }

  @Delete('api-keys/:id')
  @SessionOnly()
  @ApiOperation({ operationId: 'deleteApiKey', summary: 'Revoke an API key' })
  @ApiOkResponse({ type: ApiKeyDto, description: 'The key as it was.' })
  @ApiProblems(401, 403, 404, 422)
  async deleteApiKey(@CurrentUser() caller: Principal, @RowId() id: number): Promise<ApiKeyDto> {
    return ApiKeyDto.from(await this.apiKeys.revoke(caller, id));
  }

  private placeOf({ address }: Visitor, request: FastifyRequest, { email }: LoginDto): Place {
    return { address, device: this.device.read(request, normalEmail(email)) };
  }
}
