import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { IS_PUBLIC, type SignedInRequest } from '../http/principal.js';
import { NotSignedIn } from '../http/problems.js';
import { SessionsService } from './sessions.service.js';

/** Lets nobody through to a route that is not `@Public()` without a good bearer token (RFC 6750). */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly sessions: SessionsService,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean | undefined>(IS_PUBLIC, targets)) return true;
    const request = context.switchToHttp().getRequest<SignedInRequest>();
    const token = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined)
      throw new NotSignedIn('Send "Authorization: Bearer <token>", from POST /auth/signin.');
    request.principal = await this.sessions.authenticate(token);
    if (!request.principal) throw new NotSignedIn('The token is not valid, or no longer: sign in again.');
    return true;
  }
}
