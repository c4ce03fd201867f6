import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';
import type { RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible';
import { addressOf } from '../http/principal.js';
import { TooManyRequests } from '../http/problems.js';

/** The bits of an IPv6 address that tell customers of a provider apart; who has one has all the others. */
const IPV6_PREFIX = 64;

/** The provider of what counts: a limiter of rate-limiter-flexible. */
export const RATE_LIMITER = Symbol('rate limiter');

/** Limits how often one address may ask for what is costly or worth guessing: signing in and signing up. */
@Injectable()
export class AddressThrottle implements CanActivate {
  constructor(@Inject(RATE_LIMITER) private readonly limiter: RateLimiterAbstract) {}

  /** @throws TooManyRequests */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    try {
      await this.limiter.consume(`${request.routeOptions.url ?? ''} ${visitorOf(addressOf(request))}`);
      return true;
    } catch (refusal) {
      if (refusal instanceof Error) throw refusal;
      const { msBeforeNext } = refusal as RateLimiterRes;
      throw new TooManyRequests('Too many requests came from your address.', Math.ceil(msBeforeNext / 1000));
    }
  }
}

/** What the addresses of one visitor have in common. */
export function visitorOf(ip: string): string {
  if (!ipaddr.isValid(ip)) return ip;
  const address = ipaddr.process(ip);
  if (address instanceof ipaddr.IPv4) return address.toString();
  return ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/${String(IPV6_PREFIX)}`).toString();
}
