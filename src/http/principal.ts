import { createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

export type Role = 'admin' | 'member';

/** Who makes a request, as its credential proved. */
export interface Principal {
  readonly userId: number;
  readonly role: Role;
  readonly sessionId: string;
}

export interface SignedInRequest extends FastifyRequest {
  principal?: Principal;
}

export const IS_PUBLIC = 'isPublic';

/** Lets a route answer without a credential. Every other route needs one. */
export const Public = (): MethodDecorator & ClassDecorator => SetMetadata(IS_PUBLIC, true);

/** Who makes the request. Only for routes that are not public. */
export const CurrentUser = createParamDecorator((_data: unknown, context: ExecutionContext): Principal => {
  const { principal } = context.switchToHttp().getRequest<SignedInRequest>();
  if (!principal) throw new Error('CurrentUser was asked for on a public route');
  return principal;
});
