import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppConfig } from '../config/app-config.js';
import { Forbidden } from '../http/problems.js';

/** Holds a browser's token, where no script of a page can read it. */
export const SESSION_COOKIE = 'scheduler_session';

const TOKEN = new RegExp(`(?:^|;\\s*)${SESSION_COOKIE}=([^\\s;]+)`);

/** The cookie of a browser's session (RFC 6265), which the browser adds to its requests by itself. */
@Injectable()
export class SessionCookie {
  constructor(private readonly config: AppConfig) {}

  read({ headers }: FastifyRequest): string | undefined {
    return TOKEN.exec(headers.cookie ?? '')?.[1];
  }

  set(request: FastifyRequest, reply: FastifyReply, token: string): void {
    this.write(request, reply, token, this.config.sessionTtlSeconds);
  }

  clear(request: FastifyRequest, reply: FastifyReply): void {
    this.write(request, reply, '', 0);
  }

  private write({ protocol }: FastifyRequest, reply: FastifyReply, token: string, maxAge: number): void {
    const attributes = ['HttpOnly', 'SameSite=Strict', 'Path=/', `Max-Age=${String(maxAge)}`];
    if (protocol === 'https') attributes.push('Secure');
    void reply.header('Set-Cookie', [`${SESSION_COOKIE}=${token}`, ...attributes].join('; '));
  }
}

/**
 * Makes sure that a request which the cookie speaks for was made by a page of this service. Browsers add cookies to
 * what other pages send, too; `SameSite` keeps them from that only where those belong to other sites, and pages on
 * another port or subdomain do not. A browser that does not say where a request comes from (`Sec-Fetch-Site` is left
 * out without TLS) sends the origin of the page.
 *
 * @throws Forbidden
 */
export function refuseOtherOrigins(request: FastifyRequest): void {
  if (!isOfThisOrigin(request))
    throw new Forbidden(
      'A cookie is good only for requests of pages of this origin: send "Sec-Fetch-Site: same-origin" or its ' +
        '"Origin", as browsers do, or an "Authorization" header instead of the cookie.',
    );
}

function isOfThisOrigin({ headers, host, protocol }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const { origin } = headers;
  if (origin === undefined || !URL.canParse(origin)) return false;
  const own = `${protocol}://${host}`;
  // The port that a scheme has anyway is left out by some and not by others.
  return URL.canParse(own) && new URL(origin).host === new URL(own).host;
}
