import { createHash, timingSafeEqual } from 'node:crypto';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AppConfig } from '../config/app-config.js';
import {
  type Access,
  ACCESS,
  addressOf,
  isSafe,
  type Principal,
  scopeOf,
  type SignedInRequest,
} from '../http/principal.js';
import { Forbidden, NotSignedIn } from '../http/problems.js';
import { API_KEY_PREFIX, ApiKeysService } from './api-keys.service.js';
import { OwnOrigin } from './own-origin.js';
import { SessionCookie } from './session-cookie.js';
import { SessionsService } from './sessions.service.js';

/**
 * Lets nobody through to a route that is not `@Public()` without a good bearer token or API key (RFC 6750), or the
 * cookie of a session; a request that has an Authorization header is judged by that alone.
 */
@Injectable()
export class AuthGuard implements CanActivate {
  private readonly routes = new Map<unknown, Map<unknown, Access>>();

  constructor(
    private readonly reflector: Reflector,
    private readonly sessions: SessionsService,
    private readonly apiKeys: ApiKeysService,
    private readonly cookie: SessionCookie,
    private readonly origin: OwnOrigin,
    private readonly config: AppConfig,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = this.accessTo(context);
    if (access.public === true) return true;
    const request = context.switchToHttp().getRequest<SignedInRequest>();
    const { authorization } = request.headers;
    const known = authorization === undefined ? await this.byCookie(request) : undefined;
    // A cookie that is over is sent by the browser, not by its user: it does not keep anybody from signing up.
    if (access.public === 'optional' && authorization === undefined && !known) return true;
    if (access.metricsToken && this.isMetricsToken(authorization)) return true;
    request.principal = { ...(known ?? (await this.byHeader(authorization))), address: addressOf(request) };
    authorize(request.principal, access, request.method);
    return true;
  }

  /** What a route asks of its callers. Decorators say it once for all, and Reflect takes long to find it. */
  private accessTo(context: ExecutionContext): Access {
    const [handler, controller] = [context.getHandler(), context.getClass()];
    const routes = this.routes.get(controller) ?? new Map<unknown, Access>();
    this.routes.set(controller, routes);
    let access = routes.get(handler);
    if (!access) {
      access = this.reflector.getAllAndOverride<Access | undefined>(ACCESS, [handler, controller]) ?? {};
      routes.set(handler, access);
    }
    return access;
  }

  /** @throws Forbidden when a page of another origin may have made the browser send the cookie, BadRequest */
  private async byCookie(request: SignedInRequest): Promise<Known | undefined> {
    const token = this.cookie.read(request);
    const known = token === undefined ? undefined : await this.sessions.authenticate(token);
    if (!known) return undefined;
    if (!isSafe(request.method)) this.origin.refuseOthers(request);
    return known;
  }

  private isMetricsToken(authorization: string | undefined): boolean {
    const { metricsToken } = this.config;
    if (metricsToken === undefined || authorization === undefined) return false;
    // Of hashes, because only texts of one length can be compared in constant time.
    const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
    return timingSafeEqual(digest(authorization), digest(`Bearer ${metricsToken}`));
  }

  /** @throws NotSignedIn */
  private async byHeader(authorization: string | undefined): Promise<Known> {
    const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined)
      throw new NotSignedIn('Send "Authorization: Bearer <token>", from POST /auth/signin.');
    const known = token.startsWith(API_KEY_PREFIX)
      ? await this.apiKeys.authenticate(token)
      : await this.sessions.authenticate(token);
    if (!known) throw new NotSignedIn('The token is not valid, or no longer: sign in again.');
    return known;
  }
}

type Known = Omit<Principal, 'address'>;

/** @throws Forbidden */
function authorize({ role, credential }: Principal, access: Access, method: string): void {
  if (access.role === 'admin' && role !== 'admin') throw new Forbidden('Only admins may do this.');
  if (credential.kind === 'session') return;
  if (access.session) throw new Forbidden('An API key cannot do this: sign in with e-mail and password.');
  const scope = scopeOf(access, method);
  if (!credential.scopes.includes(scope)) throw new Forbidden(`This API key has no scope "${scope}".`);
}
