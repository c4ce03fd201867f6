import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppConfig } from '../config/app-config.js';
import { BadRequest } from '../http/problems.js';
import { cookiesNamed, hostOnly, setCookie } from './cookies.js';
import { OwnOrigin } from './own-origin.js';

/** Holds a browser's token, where no script of a page can read it. */
export const SESSION_COOKIE = 'scheduler_session';
export const SECURE_SESSION_COOKIE = hostOnly(SESSION_COOKIE);

/**
 * The cookie of a browser's session (RFC 6265), which the browser adds to its requests by itself. By https it has a
 * name that no other host can set; without TLS browsers refuse such names.
 */
@Injectable()
export class SessionCookie {
  constructor(
    private readonly config: AppConfig,
    private readonly origin: OwnOrigin,
  ) {}

  /** @throws BadRequest when it is there twice: another host has set one, and nobody can tell which */
  read(request: FastifyRequest): string | undefined {
    const secure = only(request, SECURE_SESSION_COOKIE);
    if (secure !== undefined) return secure;
    if (!this.origin.isSecure(request)) return only(request, SESSION_COOKIE);
    // By https, only what was set before there was the other name: such tokens are over after SESSION_TTL_HOURS.
    return cookiesNamed(request, SESSION_COOKIE).find(isOfOldName);
  }

  set(request: FastifyRequest, reply: FastifyReply, token: string): void {
    this.write(request, reply, token, this.config.sessionTtlSeconds);
  }

  clear(request: FastifyRequest, reply: FastifyReply): void {
    this.write(request, reply, '', 0);
  }

  private write(request: FastifyRequest, reply: FastifyReply, token: string, maxAge: number): void {
    const secure = this.origin.isSecure(request);
    setCookie(reply, secure ? SECURE_SESSION_COOKIE : SESSION_COOKIE, token, { maxAge, secure });
    if (secure && cookiesNamed(request, SESSION_COOKIE).length > 0)
      setCookie(reply, SESSION_COOKIE, '', { maxAge: 0, secure });
  }
}

/** What tokens say that are never kept under the old name by https. */
export const TOKEN_VERSION = 2;

/** Read before the signature is checked, which is done after: whoever takes the version out breaks it. */
function isOfOldName(token: string): boolean {
  try {
    const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
    return (JSON.parse(payload) as { version?: unknown }).version === undefined;
  } catch {
    return false;
  }
}

function only(request: FastifyRequest, name: string): string | undefined {
  const [value, another] = cookiesNamed(request, name);
  if (another !== undefined)
    throw new BadRequest(
      `There are two cookies ${name} in this request; one is of another host or path, such as a subdomain. Delete the ` +
        'cookies of this site and of its parent domain in the browser, and sign in again.',
    );
  return value === '' ? undefined : value;
}
