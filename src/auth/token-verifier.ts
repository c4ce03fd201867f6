import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { LRUCache } from 'lru-cache';
import { AppConfig } from '../config/app-config.js';
import { jwtSecrets } from './jwt-options.js';

/** What a token says, once its signature, issuer and audience were found right. */
interface Claims {
  /** The session it belongs to. */
  readonly jti: string;
  /** Seconds since 1970, as RFC 7519 has it. */
  readonly exp: number;
}

/** Tokens are checked once and remembered: checking takes as long as all the rest of a small request. */
const REMEMBERED = 10_000;

/** Tells good tokens from others. Whether the session of a good one still exists is for its row to say. */
@Injectable()
export class TokenVerifier {
  private readonly known = new LRUCache<string, Claims>({ max: REMEMBERED });

  constructor(
    private readonly jwt: JwtService,
    private readonly config: AppConfig,
  ) {}

  /** The id of the session the token belongs to, or undefined when it is forged or expired. */
  sessionOf(token: string, now: Date): string | undefined | Promise<string | undefined> {
    const seconds = Math.floor(now.getTime() / 1000);
    const current = (claims: Claims | undefined): string | undefined =>
      claims && claims.exp > seconds ? claims.jti : undefined;
    const known = this.known.get(token);
    return known ? current(known) : this.verify(token, seconds).then(current);
  }

  private async verify(token: string, clockTimestamp: number): Promise<Claims | undefined> {
    for (const key of jwtSecrets(this.config)) {
      // Handed on as it is to jsonwebtoken, whose types know key objects; those of @nestjs/jwt do not, here.
      const secret = key as unknown as Buffer;
      try {
        const claims = await this.jwt.verifyAsync<Claims>(token, { clockTimestamp, secret });
        this.known.set(token, claims);
        return claims;
      } catch {
        // Perhaps by the key before.
      }
    }
    return undefined;
  }
}
