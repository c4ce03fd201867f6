import { applyDecorators, createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';
import { LRUCache } from 'lru-cache';

export const ROLES = ['admin', 'member'] as const;
export type Role = (typeof ROLES)[number];

export const SCOPES = ['read', 'write'] as const;
export type Scope = (typeof SCOPES)[number];

/** What proved who a caller is. */
export type Credential =
  | { readonly kind: 'session'; readonly id: string }
  | { readonly kind: 'api_key'; readonly id: number; readonly scopes: readonly Scope[] };

/** Whoever makes a request, signed in or not. */
export interface Visitor {
  /** The address it comes from; behind proxies that TRUST_PROXY lists, what they say. */
  readonly address: string;
}

/** Who makes a request, as its credential proved. */
export interface Principal extends Visitor {
  readonly userId: number;
  readonly role: Role;
  readonly credential: Credential;
}

export interface SignedInRequest extends FastifyRequest {
  principal?: Principal;
}

/** What the guard asks of a route's callers. */
export const ACCESS = 'access';
export interface Access {
  /** Needs no credential; `optional` ones are looked at when they are sent. */
  readonly public?: true | 'optional';
  readonly role?: Role;
  /** What an API key must be allowed to do; by the HTTP method when unset. */
  readonly scope?: Scope;
  /** Not for API keys. */
  readonly session?: true;
  /** METRICS_TOKEN is as good as an admin's credential. */
  readonly metricsToken?: true;
}

/** Where an operation of the OpenAPI document says it, until the document is finished. */
export const ACCESS_IN_DOCUMENT = 'x-access';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether requests of that HTTP method change nothing. */
export const isSafe = (method: string): boolean => SAFE_METHODS.has(method.toUpperCase());

/** What an API key must be allowed to do there. */
export const scopeOf = ({ scope }: Access, method: string): Scope =>
  scope ?? (isSafe(method) ? 'read' : 'write');

const access = (wanted: Access): MethodDecorator & ClassDecorator =>
  applyDecorators(SetMetadata(ACCESS, wanted), ApiExtension(ACCESS_IN_DOCUMENT, wanted));

/** Lets a route answer without a credential. Every other route needs one. */
export const Public = (): MethodDecorator & ClassDecorator => access({ public: true });

/** Lets a route answer without a credential, and knows the caller by one that is sent. */
export const MaybeSignedIn = (): MethodDecorator => access({ public: 'optional' });

/** For admins only; others are answered 403. */
export const AdminOnly = (): MethodDecorator & ClassDecorator => access({ role: 'admin' });

/** For admins, and for whoever sends METRICS_TOKEN. */
export const AdminOrMetricsToken = (): MethodDecorator => access({ role: 'admin', metricsToken: true });

/** Changes nothing, whatever its HTTP method: an API key needs `read` for it. */
export const ReadOnly = (): MethodDecorator => access({ scope: 'read' });

/** Deals in credentials: an API key, which may have leaked, must not be turned into others. */
export const SessionOnly = (): MethodDecorator => access({ session: true });

const requestOf = (context: ExecutionContext): SignedInRequest =>
  context.switchToHttp().getRequest<SignedInRequest>();

/** Who makes the request. Only for routes that are not public. */
export const CurrentUser = createParamDecorator((_data: unknown, context: ExecutionContext): Principal => {
  const { principal } = requestOf(context);
  if (!principal) throw new Error('CurrentUser was asked for on a public route');
  return principal;
});

/** Who makes the request, as far as it is known. For public routes. */
export const CurrentVisitor = createParamDecorator(
  (_data: unknown, context: ExecutionContext): Principal | Visitor => {
    const request = requestOf(context);
    return request.principal ?? { address: addressOf(request) };
  },
);

/**
 * Where a request comes from. Proxies that are trusted may send an address with its port, or something that is
 * none: then it is their own.
 */
export function addressOf({ ip, socket }: FastifyRequest): string {
  const known = addresses.get(ip);
  if (known !== undefined) return known;
  const address = readAddress(ip, socket.remoteAddress);
  // What a proxy sends may be of any length, and its own address another one next time.
  if (ipaddr.isValid(ip)) addresses.set(ip, address);
  return address;
}

const addresses = new LRUCache<string, string>({ max: 1000 });

function readAddress(ip: string, remoteAddress: string | undefined): string {
  const bare = ip.replace(/^\[(.+)\](:\d+)?$/, '$1').replace(/^([\d.]+):\d+$/, '$1');
  const address = ipaddr.isValid(bare) ? bare : (remoteAddress ?? '');
  return ipaddr.isValid(address) ? ipaddr.process(address).toString() : 'unknown';
}

export const isSignedIn = (visitor: Principal | Visitor): visitor is Principal => 'userId' in visitor;
