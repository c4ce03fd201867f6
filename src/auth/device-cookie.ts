import { createHmac, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppConfig } from '../config/app-config.js';
import { cookiesNamed, hostOnly, setCookie } from './cookies.js';
import { jwtSecrets } from './jwt-options.js';
import { OwnOrigin } from './own-origin.js';

const DEVICE_COOKIE = 'scheduler_device';
const MAX_AGE_S = 365 * 86_400;
const ID_BYTES = 16;

/**
 * The cookie by which a browser is known in which somebody signed in to an account before. It proves nothing but
 * that: whoever guesses passwords elsewhere does not delay this browser. After OWASP's "Slow Down Online Guessing
 * Attacks with Device Cookies".
 */
@Injectable()
export class DeviceCookie {
  constructor(
    private readonly config: AppConfig,
    private readonly origin: OwnOrigin,
  ) {}

  /** The id of the browser, when somebody signed in to this account with it before. */
  read(request: FastifyRequest, email: string): string | undefined {
    return [hostOnly(DEVICE_COOKIE), DEVICE_COOKIE]
      .flatMap((name) => cookiesNamed(request, name))
      .map((value) => value.split('.', 2) as [string, string?])
      .find(([id, signature]) =>
        jwtSecrets(this.config).some((key) => isEqual(signature ?? '', sign(key, email, id))),
      )?.[0];
  }

  set(request: FastifyRequest, reply: FastifyReply, email: string): void {
    const secure = this.origin.isSecure(request);
    const id = randomBytes(ID_BYTES).toString('base64url');
    const value = `${id}.${sign(jwtSecrets(this.config)[0], email, id)}`;
    setCookie(reply, secure ? hostOnly(DEVICE_COOKIE) : DEVICE_COOKIE, value, { maxAge: MAX_AGE_S, secure });
  }
}

const sign = (key: KeyObject, email: string, id: string): string =>
  createHmac('sha256', key)
    .update(JSON.stringify(['device', email, id]))
    .digest('base64url');

function isEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
