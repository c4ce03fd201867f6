import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../http/api-problems.js';
import { CurrentUser, type Principal, Public } from '../http/principal.js';
import { UserDto } from '../users/dto/user.dto.js';
import { AuthService } from './auth.service.js';
import { LoginDto } from './dto/login.dto.js';
import { SignedInDto } from './dto/signed-in.dto.js';

@ApiTags('auth')
@ApiBearerAuth()
@Controller('auth')
export class AuthController {
  constructor(private readonly auth: AuthService) {}

  @Post('signin')
  @Public()
  @HttpCode(200)
  @ApiOperation({ operationId: 'signIn', summary: 'Sign in with e-mail and password', security: [] })
  @ApiOkResponse({ type: SignedInDto })
  @ApiProblems(400, 401, 422)
  signIn(@Body() login: LoginDto): Promise<SignedInDto> {
    return this.auth.signIn(login);
  }

  @Post('signout')
  @HttpCode(204)
  @ApiOperation({ operationId: 'signOut', summary: 'End the session; its token is good no more' })
  @ApiNoContentResponse({ description: 'Signed out.' })
  @ApiProblems(401)
  signOut(@CurrentUser() caller: Principal): Promise<void> {
    return this.auth.signOut(caller);
  }

  @Get('me')
  @ApiOperation({ operationId: 'getMe', summary: 'The user who is signed in' })
  @ApiOkResponse({ type: UserDto })
  @ApiProblems(401)
  me(@CurrentUser() caller: Principal): Promise<UserDto> {
    return this.auth.me(caller);
  }
}
