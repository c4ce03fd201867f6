import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { InvalidFields } from './problems.js';

/** The `id` of the path. Anything but a positive integer cannot be one, and is refused as a wrong field. */
export const RowId = createParamDecorator(
  (_data: unknown, context: ExecutionContext): number => {
    const { id: text = '' } = context.switchToHttp().getRequest<FastifyRequest>().params as { id?: string };
    const id = Number(text);
    if (/^\d+$/.test(text) && id > 0 && Number.isSafeInteger(id)) return id;
    throw new InvalidFields([{ field: 'id', message: 'a positive whole number' }]);
  },
  [
    (target: object, method: string | symbol | undefined) => {
      const descriptor = Object.getOwnPropertyDescriptor(target, method ?? '');
      if (descriptor) ApiParam({ name: 'id', type: 'integer', example: 1 })(target, method ?? '', descriptor);
    },
  ],
);
